"""The house keeps its rooms small and named for a purpose."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
FILES = sorted(
    path
    for folder in ("src", "flows", "tests")
    for path in (TOP / folder).rglob("*.py")
    if "__pycache__" not in path.parts
)
LEFTOVERS = ("utils", "util", "common", "helpers", "helper", "misc", "types", "base")


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_the_house_is_there_to_be_measured() -> None:
    assert len(FILES) > 60


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(TOP)))
def test_no_file_is_longer_than_400_lines_and_no_function_than_40(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    long = [
        f"{node.name}: {length} lines"
        for node in _functions(ast.parse(text))
        if (length := (node.end_lineno or node.lineno) - node.lineno + 1) > 40
    ]
    assert long == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(TOP)))
def test_no_room_is_a_leftover(path: Path) -> None:
    assert path.stem not in LEFTOVERS
    assert path.parent.name not in LEFTOVERS
