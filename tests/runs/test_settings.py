"""Settings: what the environment says, or one clear line."""

import os
from pathlib import Path

import pytest
from pydantic import SecretStr

from apflow.settings import BadSettings, Settings


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin with an environment that says nothing of apflow."""
    for name in [name for name in os.environ if name.startswith("APFLOW_")]:
        monkeypatch.delenv(name)


def test_nothing_said_is_sqlite_in_var_and_no_prefect() -> None:
    settings = Settings.read()
    assert settings.database_url == f"sqlite:///{Path('var').absolute() / 'apflow.db'}"
    assert settings.prefect_api_url is None
    assert settings.width == 1


def test_home_moves_both_databases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APFLOW_HOME", "/srv/apflow")
    settings = Settings.read()
    assert settings.database_url == "sqlite:////srv/apflow/apflow.db"
    assert settings.prefect_database_url == "sqlite+aiosqlite:////srv/apflow/prefect/prefect.db"


def test_prefect_on_postgresql_lets_four_through() -> None:
    url = "postgresql+asyncpg://prefect@db/prefect"
    assert Settings.read(prefect_database_url=url).width == 4
    assert Settings.read(prefect_database_url=url, gate_width=2).width == 2


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("APFLOW_GATE_WIDTH", "many", "APFLOW_GATE_WIDTH: 'many': "),
        ("APFLOW_GATE_WIDTH", "0", "APFLOW_GATE_WIDTH: '0': "),
        ("APFLOW_SWEEP_MINUTES", "1e9", "APFLOW_SWEEP_MINUTES: '1e9': "),
        ("APFLOW_PREFECT_API_URL", "localhost:4200", "http://127.0.0.1:4200/api"),
        ("APFLOW_PREFECT_API_URL", "http://localhost:4200", "http://127.0.0.1:4200/api"),
        ("APFLOW_SMTP_SECURITY", "ssl", "'starttls', 'tls' or 'none'"),
        ("APFLOW_DATABASE_ULR", "sqlite:///x", "did you mean APFLOW_DATABASE_URL?"),
    ],
)
def test_a_value_that_cannot_be_used_is_one_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings) as caught:
        Settings.read()
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 2


def test_every_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APFLOW_SMTP_PORT", "0")
    monkeypatch.setenv("APFLOW_DATABASE_URL", "mysql://db")
    with pytest.raises(BadSettings) as caught:
        Settings.read()
    assert len(caught.value.says) == 2


def test_a_password_in_a_wrong_address_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APFLOW_DATABASE_URL", "mysql://apflow:hunter2@db/apflow")
    with pytest.raises(BadSettings) as caught:
        Settings.read()
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in repr(
        Settings(
            database_url="postgresql://apflow:hunter2@db/apflow", smtp_password=SecretStr("hunter2")
        )
    )


def test_another_process_reads_the_same_from_what_environment_gives(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given = Settings.read(
        home=tmp_path,
        states=(tmp_path / "a", tmp_path / "b"),
        prefect_auth="user:word",
        gate_width=3,
        probe_seconds=0.5,
    )
    for name, value in given.environment().items():
        monkeypatch.setenv(name, value)
    assert Settings.read() == given
