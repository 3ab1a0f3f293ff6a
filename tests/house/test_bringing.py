"""What is brought for the pages is the package expected, or is not used at all."""

import base64
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

import bring_govuk_frontend as bringing

TOP = Path(__file__).resolve().parents[2]
STYLES = """\
/*! The font is not for everybody. */@font-face{font-family:GDS Transport;src:url(/a.woff2)}
.govuk-link{font-family:GDS Transport,arial,sans-serif;color:red}
.govuk-footer__copyright-logo:before{background:currentcolor;mask-image:url(/crest.svg)}
.govuk-select{color:blue;background:url("/arrow.svg") no-repeat;width:1px}
.govuk-tick{background:url(data:image/png;base64,AAAA)}
"""
UNBRANDED = """
.govuk-link{font-family:Arial,Helvetica,sans-serif;color:red}
.govuk-select{color:blue;width:1px}
.govuk-tick{background:url(data:image/png;base64,AAAA)}
"""


def test_no_typeface_no_arms_and_no_other_file_is_asked_for_by_the_styles() -> None:
    plain = bringing.unbranded(STYLES)
    assert "".join(plain.split()) == "".join(UNBRANDED.split())


def test_a_package_of_another_fingerprint_is_refused_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APFLOW_ASSETS", str(_package(tmp_path)))
    with pytest.raises(SystemExit, match="is not the one expected") as refused:
        bringing.bring(tmp_path)
    assert bringing.INTEGRITY in str(refused.value)
    assert not (tmp_path / bringing.FOLDER).exists()


def test_a_package_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APFLOW_ASSETS", str(tmp_path / "gone.tgz"))
    with pytest.raises(SystemExit, match=r"gone\.tgz, which cannot be read"):
        bringing.bring(tmp_path)


def test_without_npm_the_way_out_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("APFLOW_ASSETS", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match="there is no npm") as refused:
        bringing.bring(tmp_path)
    assert "APFLOW_ASSETS" in str(refused.value)


def test_what_npm_says_is_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\necho 'the network is away' >&2\nexit 1\n")
    npm.chmod(0o755)
    monkeypatch.delenv("APFLOW_ASSETS", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match="the network is away"):
        bringing.bring(tmp_path)


def test_files_that_are_there_are_not_brought_again_and_altered_ones_are_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(TOP / bringing.FOLDER, tmp_path / bringing.FOLDER)
    monkeypatch.delenv("APFLOW_ASSETS", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    bringing.bring(tmp_path)
    assert bringing.is_brought(tmp_path)
    with (tmp_path / bringing.FOLDER / bringing.SCRIPT).open("a") as script:
        script.write("alert(1)")
    assert not bringing.is_brought(tmp_path)


def test_apflow_assets_builds_without_npm(tmp_path: Path) -> None:
    package = _package(tmp_path)
    source = tmp_path / "source"
    (source / "src" / "apflow").mkdir(parents=True)
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(TOP / name, source)
    for name in ("states", "flows", "diagrams"):
        (source / name).mkdir()
    hook = (TOP / "bring_govuk_frontend.py").read_text(encoding="utf-8")
    expected = base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode()
    (source / "bring_govuk_frontend.py").write_text(
        hook.replace("FOLDER =", f'INTEGRITY = "sha512-{expected}"\nFOLDER ='),
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", source],
        env={**os.environ, "PATH": str(tmp_path), "APFLOW_ASSETS": str(package)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    brought = (source / bringing.FOLDER / bringing.STYLES).read_text(encoding="utf-8")
    assert "Arial,Helvetica" in brought


def _package(folder: Path) -> Path:
    made = folder / "govuk-frontend.tgz"
    with tarfile.open(made, "w:gz") as archive:
        for name, text in ((bringing.STYLES, STYLES), (bringing.SCRIPT, "export{initAll}")):
            content = text.encode()
            member = tarfile.TarInfo(f"package/dist/govuk/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return made
