"""What the environment says: one frozen `Settings`, read once, every name beginning APFLOW_.

A value that cannot be used is one clear line and exit code 2 (`BadSettings`), never a traceback,
and a mistyped name is an error rather than a silent default.
"""

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from typing_extensions import override

from apflow.errors import ApflowError
from apflow.places import place

_PREFIX = "APFLOW_"
_DIALECTS = ("sqlite:///", "postgresql://", "postgresql+psycopg://")
_PREFECT_DIALECTS = ("sqlite+aiosqlite:///", "postgresql+asyncpg://")
#: What is never repeated in a message: it may hold a password.
_SECRETS = frozenset(
    {
        "database_url", "prefect_database_url", "prefect_auth", "smtp_password",
        "sso_client_secret",
    }
)  # fmt: skip


class BadSettings(ApflowError):
    """The environment holds values that cannot be used; `says` names each variable and why."""

    def __init__(self, *says: str) -> None:
        super().__init__(*says)
        self.says = says

    @override
    def __str__(self) -> str:
        return "; ".join(self.says)


def _own_database(given: Mapping[str, Any]) -> str:
    return f"sqlite:///{given.get('home', Path('var')).absolute() / 'apflow.db'}"


def _prefects_database(given: Mapping[str, Any]) -> str:
    home = given.get("home", Path("var")).absolute()
    return f"sqlite+aiosqlite:///{home / 'prefect' / 'prefect.db'}"


def _beginning(given: str, ways: tuple[str, ...]) -> str:
    if not given.startswith(ways):
        raise ValueError(f"has to begin with {' or '.join(ways)}")
    return given


class Settings(BaseSettings):
    """Everything about this installation that is not policy."""

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(
        env_prefix=_PREFIX, env_ignore_empty=True, frozen=True, extra="forbid"
    )

    #: Where this machine keeps what it writes: the SQLite file, Prefect's own files, logs.
    home: Path = Path("var")
    #: SQLAlchemy's URL of the database; unless given, a SQLite file in `home`.
    database_url: str = Field(default_factory=_own_database, repr=False)
    #: Folders holding lifecycles, between os.pathsep; empty: the ones that travel with apflow.
    states: Annotated[tuple[Path, ...], NoDecode] = ()

    #: Prefect's API, ending in /api. None: advances are applied directly, and recorded once a
    #: process runs that knows a server.
    prefect_api_url: str | None = None
    #: `user:password`, where Prefect's server asks for one (PREFECT_SERVER_API_AUTH_STRING).
    prefect_auth: SecretStr | None = None
    #: The database that Prefect's server keeps; unless given, its own SQLite file in `home`.
    prefect_database_url: str = Field(default_factory=_prefects_database, repr=False)
    #: How long one call to Prefect may take; no person waits for it.
    prefect_timeout_seconds: float = Field(default=1.0, ge=0.05, le=60)
    #: Advances carried at once; empty: 1 with Prefect on SQLite, 4 on PostgreSQL (measured).
    gate_width: int | None = Field(default=None, ge=1, le=64)
    #: How long an advance waits to be carried before it is applied directly.
    gate_wait_ms: int = Field(default=100, ge=0, le=500)
    #: How long a person waits for their advance to be carried before it is applied directly.
    carry_wait_ms: int = Field(default=250, ge=50, le=1200)
    #: Seconds between two questions to a Prefect server that failed.
    probe_seconds: float = Field(default=5.0, ge=0.05, le=3600)

    #: Minutes between two sweeps of the deadlines.
    sweep_minutes: int = Field(default=5, ge=1, le=60)
    #: Most deadlines that one sweep looks at; the next one goes on.
    sweep_limit: int = Field(default=500, ge=1, le=100_000)
    #: Days for which a refused request and its answers are kept.
    keep_refused_days: int = Field(default=90, ge=1, le=3650)

    #: The address at which people reach the pages; with https their sessions go by https alone.
    web_url: str = "http://127.0.0.1:8000"
    #: Where the pages are served on the loopback; a proxy in front brings https.
    web_port: int = Field(default=8000, ge=1, le=65535)
    #: The address of Prefect's own pages; unless given, that of its API.
    prefect_ui_url: str | None = None
    #: Whether everybody here is invented: the sign-in page then says so.
    demonstration: bool = False
    #: An OpenID Connect provider at which people may sign in; needs the extra `sso`.
    sso_issuer: str | None = None
    sso_client_id: str = ""
    sso_client_secret: SecretStr | None = None
    #: What the sign-in page calls the provider.
    sso_title: str = "your organisation's account"

    #: Where messages go out; empty: they stay in the outbox.
    smtp_host: str = ""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_user: str = ""
    smtp_password: SecretStr | None = None
    smtp_from: str = ""
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"

    @field_validator("states", mode="before")
    @classmethod
    def _split(cls, given: object) -> object:
        return (
            tuple(part for part in given.split(os.pathsep) if part)
            if isinstance(given, str)
            else given
        )

    @field_validator("states")
    @classmethod
    def _folders(cls, given: tuple[Path, ...]) -> tuple[Path, ...]:
        for folder in given:
            if folder.exists() and not folder.is_dir():
                raise ValueError(f"{folder} is not a folder")
        return given

    @field_validator("database_url")
    @classmethod
    def _dialect(cls, given: str) -> str:
        return _beginning(given, _DIALECTS)

    @field_validator("prefect_database_url")
    @classmethod
    def _prefect_dialect(cls, given: str) -> str:
        return _beginning(given, _PREFECT_DIALECTS)

    @field_validator("prefect_api_url")
    @classmethod
    def _api(cls, given: str | None) -> str | None:
        if given is None:
            return None
        url = given.rstrip("/")
        if not url.startswith(("http://", "https://")) or not url.endswith("/api"):
            raise ValueError("has to be an address such as http://127.0.0.1:4200/api")
        return url

    @field_validator("web_url")
    @classmethod
    def _address(cls, given: str) -> str:
        return _beginning(given, ("http://", "https://")).rstrip("/")

    @field_validator("sso_issuer")
    @classmethod
    def _issuer(cls, given: str | None) -> str | None:
        # On the loopback http is let through: that is where a trial provider stands.
        ways = ("https://", "http://127.0.0.1", "http://localhost")
        return None if given is None else _beginning(given, ways)

    @property
    def prefect_pages(self) -> str | None:
        """The address of Prefect's pages, without a slash at its end; None without Prefect."""
        if self.prefect_ui_url is not None:
            return self.prefect_ui_url.rstrip("/")
        return None if self.prefect_api_url is None else self.prefect_api_url.removesuffix("/api")

    @property
    def width(self) -> int:
        """How many advances may be carried at once."""
        return self.gate_width or (1 if self.prefect_database_url.startswith("sqlite") else 4)

    @property
    def states_folders(self) -> tuple[Path, ...]:
        """The folders in which lifecycles are looked for."""
        return self.states or (place("states"),)

    def environment(self) -> dict[str, str]:
        """Return what was given, as the environment in which another process reads the same."""
        given = self.model_dump(exclude_unset=True)
        return {_PREFIX + name.upper(): _text(value) for name, value in given.items()}

    @classmethod
    def read(cls, **given: object) -> Self:
        """Read the environment; what is `given` goes before it. Raises BadSettings."""
        _refuse_misspelt()
        try:
            return cls(**given)  # type: ignore[arg-type]
        except ValidationError as error:
            faults = [one for one in error.errors() if one["type"] != "default_factory_not_called"]
            raise BadSettings(*map(_line, faults)) from None


def _text(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, tuple):
        return os.pathsep.join(str(one) for one in value)
    return "" if value is None else str(value)


def _refuse_misspelt() -> None:
    known = [_PREFIX + name.upper() for name in Settings.model_fields]
    ours = [name for name in os.environ if name.startswith(_PREFIX) and name not in known]
    misspelt = [(name, get_close_matches(name, known, n=1, cutoff=0.85)) for name in ours]
    wrong = [
        f"{name}: there is no such setting; did you mean {near[0]}?"
        for name, near in misspelt
        if near
    ]
    if wrong:
        raise BadSettings(*wrong)


def _line(error: ErrorDetails) -> str:
    name = str(error["loc"][0]) if error["loc"] else "settings"
    says = error["msg"].removeprefix("Value error, ")
    given = "" if name in _SECRETS else f"{str(error['input'])[:80]!r}: "
    return f"{_PREFIX}{name.upper()}: {given}{says}"
