"""One word for one thing: the words that the glossary bans name nothing in the code."""

import ast
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
FILES = sorted((TOP / "src").rglob("*.py")) + sorted((TOP / "flows").rglob("*.py"))
BANNED = ("ticket", "workflow", "audit_trail", "audit_log", "sla", "payload", "stakeholder")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(TOP)))
def test_no_definition_is_named_by_a_banned_word(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = {
        node.name.lower()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
    named |= {node.arg.lower() for node in ast.walk(tree) if isinstance(node, ast.arg)}
    assert [name for name in named if name.strip("_") in BANNED] == []


def test_the_project_names_no_machine_and_no_registry() -> None:
    for path in TOP.rglob("*"):
        if path.suffix not in (".py", ".md", ".toml", ".yaml", ".txt") or ".venv" in path.parts:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        for word in ("/wor" + "k/", "/roo" + "t/", "pypi" + ".org", "registry.npm" + "js"):
            assert word not in text, f"{path.name} names {word}"
