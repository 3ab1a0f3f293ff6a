"""The wheel holds the whole product and runs away from the checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, TOP],
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
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
