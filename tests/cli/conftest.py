"""A terminal: commands run on a small office's database, as a person would type them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from apflow import casework, cli
from apflow.casework import Casework
from apflow.store import Store
from tests.small_office import Office
from tests.small_office import office as small_office


@dataclass(frozen=True, slots=True)
class Said:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Type = Callable[..., Said]


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str]) -> Type:
    """Give a function that types a command and returns what it said."""

    def typed(*words: str) -> Said:
        capsys.readouterr()
        code = cli.run(list(words))
        out, err = capsys.readouterr()
        return Said(code, out, err)

    return typed


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Give the small office on the database that the commands use."""
    monkeypatch.setenv("APFLOW_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("APFLOW_AS", raising=False)
    (tmp_path / "home").mkdir()
    store = Store(f"sqlite:///{tmp_path / 'home' / 'apflow.db'}")
    store.upgrade()
    made = small_office(store, tmp_path)
    monkeypatch.setenv("APFLOW_STATES", str(made.folder))
    casework.opened.cache_clear()
    return Office(Casework(store, (made.folder,)), made.folder)
