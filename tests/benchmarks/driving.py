"""What the drivers are told, overheard and told again: to measure the bare driver at the same work.

`overheard()` makes every database connection opened meanwhile write down what it is told;
`Bare` tells the same to the bare driver, on as many connections, with the same settings.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any, ClassVar, NamedTuple, Self

import psycopg
import sqlalchemy as sa
from typing_extensions import override

#: What a connection of the store's is told when it is only to read.
_READS = "PRAGMA query_only=ON"


class Told(NamedTuple):
    """One thing a connection was told: words to execute, once or many times, or to commit."""

    connection: int
    what: str
    words: Any = None
    given: Any = None


@dataclass
class Ear:
    """What is overheard while `listening`, and every connection's settings, by its number."""

    listening: bool = False
    told: list[Told] = field(default_factory=list)
    settings: dict[int, list[str]] = field(default_factory=dict)
    modes: dict[int, Mapping[str, Any]] = field(default_factory=dict)

    def hear(self, connection: Any, what: str, words: Any = None, given: Any = None) -> None:
        if isinstance(words, str) and words.startswith("PRAGMA"):
            self.settings.setdefault(connection.number, []).append(words)
        elif self.listening:
            self.told.append(Told(connection.number, what, words, given))

    def take(self, work: Callable[[], object]) -> list[Told]:
        """Return what the connections are told while `work` is done."""
        self.told, self.listening = [], True
        work()
        self.listening = False
        return self.told

    def reading(self, told: list[Told]) -> list[Told]:
        """Return what was told to connections that only read: telling it again changes nothing."""
        return [one for one in told if _READS in self.settings[one.connection]]


class _Heard:
    ear: ClassVar[Ear]
    numbers: ClassVar[Iterator[int]]


class _SqliteCursor(sqlite3.Cursor):
    @override
    def execute(self, words: str, given: Any = ()) -> Self:
        _Heard.ear.hear(self.connection, "execute", words, given)
        return super().execute(words, given)

    @override
    def executemany(self, words: str, given: Any) -> Self:
        _Heard.ear.hear(self.connection, "executemany", words, given)
        return super().executemany(words, given)


class _SqliteConnection(sqlite3.Connection):
    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.number = next(_Heard.numbers)

    @override
    def cursor(self, factory: Any = _SqliteCursor) -> Any:
        return super().cursor(factory)

    @override
    def execute(self, words: str, given: Any = ()) -> Any:
        # The driver's own makes a cursor that is not asked of `cursor`.
        return self.cursor().execute(words, given)

    @override
    def commit(self) -> None:
        if self.in_transaction:
            _Heard.ear.hear(self, "commit")
        super().commit()


class _PostgresCursor(psycopg.Cursor[Any]):
    @override
    def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
        _Heard.ear.hear(self.connection, "execute", query, params)
        return super().execute(query, params, **more)

    @override
    def executemany(self, query: Any, params_seq: Any, **more: Any) -> Any:
        _Heard.ear.hear(self.connection, "executemany", query, params_seq)
        return super().executemany(query, params_seq, **more)


class _PostgresConnection(psycopg.Connection[Any]):
    number: int

    @override
    def commit(self) -> None:
        if self.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            modes = {"isolation_level": self.isolation_level, "read_only": self.read_only}
            _Heard.ear.modes[self.number] = modes
            _Heard.ear.hear(self, "commit")
        super().commit()


def _connected(dialect: sa.Dialect, _: Any, where: Any, how: dict[str, Any]) -> Any:
    if dialect.name == "sqlite":
        return _SqliteConnection(*where, **how)
    connection = _PostgresConnection.connect(*where, **how, cursor_factory=_PostgresCursor)
    connection.number = next(_Heard.numbers)
    return connection


@contextmanager
def overheard() -> Iterator[Ear]:
    """Let every connection that is opened meanwhile be heard."""
    _Heard.ear, _Heard.numbers = Ear(), iter(range(1_000))
    sa.event.listen(sa.Engine, "do_connect", _connected)
    try:
        yield _Heard.ear
    finally:
        sa.event.remove(sa.Engine, "do_connect", _connected)


class Bare:
    """The bare driver on another database, with a connection for each one that was heard."""

    def __init__(self, url: str, ear: Ear) -> None:
        parsed = sa.make_url(url)
        self._path = Path(str(parsed.database)) if parsed.drivername == "sqlite" else None
        self._url, self._ear = url, ear
        self._connections: dict[int, Any] = {}

    def tell(self, told: list[Told]) -> None:
        """Tell the driver the same again, and take every row that it gives."""
        for number, what, words, given in told:
            connection = self._connections.get(number) or self._open(number)
            if what == "commit":
                connection.commit()
                continue
            cursor = connection.cursor()
            if what == "executemany":
                cursor.executemany(words, given)
                continue
            cursor.execute(words, given)
            if cursor.description is not None:
                cursor.fetchall()

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()

    def _open(self, number: int) -> Any:
        connection: Any
        if self._path is not None:
            connection = sqlite3.connect(self._path, isolation_level=None)
            for words in self._ear.settings[number]:
                connection.execute(words)
        else:
            connection = psycopg.connect(self._url)
            for name, value in self._ear.modes[number].items():
                setattr(connection, name, value)
        self._connections[number] = connection
        return connection


def best_in_turns(rounds: int, *ways: Callable[[int], object]) -> list[float]:
    """Return the best time of each way in microseconds; they take turns, given the round."""
    best = [float("inf")] * len(ways)
    for number in range(rounds):
        for index, way in enumerate(ways):
            began = perf_counter()
            way(number)
            best[index] = min(best[index], (perf_counter() - began) * 1e6)
    return best
