"""The wheel holds the whole product and runs away from the checkout; the sdist can build it."""

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
BROUGHT = {
    f"apflow/web/static/govuk/{name}"
    for name in ("govuk-frontend.min.css", "govuk-frontend.min.js", "LICENCE.txt", "brought.txt")
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _built("wheel", TOP, tmp_path_factory.mktemp("wheel"), dict(os.environ))


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _built("sdist", TOP, tmp_path_factory.mktemp("sdist"), dict(os.environ))


def _built(kind: str, source: Path, folder: Path, env: dict[str, str]) -> Path:
    _run(env, folder, "-m", "build", f"--{kind}", "--no-isolation", "--outdir", ".", str(source))
    (built,) = (path for path in folder.iterdir() if path.suffix in (".whl", ".gz"))
    return built


def _files(folder: str, *patterns: str) -> set[str]:
    return {
        f"apflow/{path.relative_to(TOP)}"
        for pattern in patterns
        for path in (TOP / folder).rglob(pattern)
    }


def test_the_wheel_holds_policies_flows_diagrams_and_migrations_and_no_junk(wheel: Path) -> None:
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    wanted = (
        _files("states", "*.yaml", "*.csv", "*.md")
        | _files("flows", "*.py")
        | _files("diagrams", "*.svg", "*.mmd", "*.md")
        | {
            str(path.relative_to(TOP / "src"))
            for path in (TOP / "src" / "apflow").rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
    )
    assert held == wanted


def test_the_wheel_holds_govuk_frontend_with_its_licence_and_without_typeface_and_arms(
    wheel: Path,
) -> None:
    held = zipfile.ZipFile(wheel)
    assert set(held.namelist()) >= BROUGHT
    styles = held.read("apflow/web/static/govuk/govuk-frontend.min.css").decode()
    assert ".govuk-button{" in styles
    assert "font-family:Arial,Helvetica,sans-serif" in styles
    for banned in (
        "@font-face",
        "GDS Transport",
        "url(",
        "crest",
        "copyright-logo",
        "sourceMapping",
    ):
        assert banned not in styles
    script = held.read("apflow/web/static/govuk/govuk-frontend.min.js").decode()
    assert "initAll" in script
    assert "sourceMapping" not in script
    assert "MIT License" in held.read("apflow/web/static/govuk/LICENCE.txt").decode()


def test_a_wheel_is_built_from_the_sdist_without_npm(
    wheel: Path, sdist: Path, tmp_path: Path
) -> None:
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "source", filter="data")
    (source,) = (tmp_path / "source").iterdir()
    away = tmp_path / "built"
    away.mkdir()
    again = _built("wheel", source, away, {**os.environ, "PATH": str(away)})
    assert zipfile.ZipFile(again).namelist() == zipfile.ZipFile(wheel).namelist()


def test_the_product_runs_from_the_wheel_alone(wheel: Path, tmp_path: Path) -> None:
    place = tmp_path / "elsewhere"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index",
         "--disable-pip-version-check", "--target", place, wheel],
        check=True,
        capture_output=True,
    )  # fmt: skip
    env = {**os.environ, "PYTHONPATH": str(place), "APFLOW_HOME": str(tmp_path / "home")}
    where = _run(env, tmp_path, "-c", "import apflow; print(apflow.__file__)")
    assert where.strip().startswith(str(place))
    listed = _run(env, tmp_path, "-m", "apflow.cli", "policy", "list")
    assert "maidstone-and-malling" in listed
    assert "heronsgate" in listed
    checked = _run(env, tmp_path, "-m", "apflow.cli", "policy", "check", "heronsgate")
    assert "heronsgate" in checked


def _run(env: dict[str, str], folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
