"""Statements, built once when their module is imported and worded once for each database.

SQLAlchemy words them and looks after connections and transactions; its way through caches and
result objects would cost more than the statement itself on SQLite. So the words are made once
and handed to the driver as they stand. Nothing is converted on the way: the tables hold only
text, whole numbers, yes/no and bytes, which both drivers take as they are.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import count
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as _postgresql_insert
from sqlalchemy.dialects.postgresql.psycopg import dialect as psycopg_dialect
from sqlalchemy.dialects.sqlite import insert as _sqlite_insert
from sqlalchemy.dialects.sqlite.pysqlite import dialect as pysqlite_dialect

#: An open transaction. Opaque to the rest of the house: every function here takes one first.
Tx = sa.Connection

Params = Mapping[str, object]
#: A row as the driver gives it.
Row = Any

#: How many rows PostgreSQL sends at a time when very many are asked for.
_BATCH = 2000
_NUMBERS = count(1)

_DIALECTS: Mapping[str, sa.Dialect] = {
    "sqlite": pysqlite_dialect(paramstyle="named"),
    "postgresql": psycopg_dialect(),  # type: ignore[no-untyped-call]
}


class Statement:
    """One SQL statement. `columns` are those that an INSERT or UPDATE sets from its parameters."""

    __slots__ = ("_words", "constants")

    def __init__(
        self,
        construct: sa.ClauseElement,
        postgresql: sa.ClauseElement | None = None,
        columns: Sequence[str] | None = None,
    ) -> None:
        constructs = {"sqlite": construct, "postgresql": construct}
        if postgresql is not None:
            constructs["postgresql"] = postgresql
        self._words: dict[str, str] = {}
        #: What the statement itself holds, such as LIMIT 1: SQLAlchemy makes parameters of it.
        self.constants: dict[str, object] = {}
        for name, dialect in _DIALECTS.items():
            compiled = constructs[name].compile(dialect=dialect, column_keys=columns)
            self._words[name] = str(compiled)
            self.constants |= {
                key: value for key, value in compiled.params.items() if value is not None
            }

    def words(self, dialect: str) -> str:
        """Return the statement as the driver of `dialect` is given it."""
        return self._words[dialect]

    def rows(self, tx: Tx, params: Params | None = None) -> list[Row]:
        """Run it and return every row."""
        return self._run(tx, params).fetchall()  # type: ignore[no-any-return]

    def row(self, tx: Tx, params: Params | None = None) -> Row | None:
        """Run it and return the first row, or None."""
        return self._run(tx, params).fetchone()

    def run(self, tx: Tx, params: Params | None = None) -> int:
        """Run it and return how many rows it changed."""
        return self._run(tx, params).rowcount  # type: ignore[no-any-return]

    def many(self, tx: Tx, params: Sequence[Params]) -> None:
        """Run it for each of `params`, in one go."""
        if len(params) == 1:
            self._run(tx, params[0])
        elif params:
            constants = self.constants
            every = [{**constants, **one} for one in params] if constants else params
            tx.connection.cursor().executemany(self._words[tx.dialect.name], every)

    def _run(self, tx: Tx, params: Params | None) -> Any:
        if self.constants:
            params = {**self.constants, **(params or {})}
        cursor = tx.connection.cursor()
        cursor.execute(self._words[tx.dialect.name], params or {})
        return cursor

    @contextmanager
    def stream(self, tx: Tx, params: Params | None = None) -> Iterator[Iterator[Row]]:
        """Run it and lend the rows as the driver gives them, a batch at a time: for millions."""
        driver: Any = tx.connection.driver_connection
        if tx.dialect.name == "sqlite":
            with closing(driver.execute(self._words["sqlite"], params or {})) as rows:
                yield rows
        else:
            with driver.cursor(name=f"apflow_{next(_NUMBERS)}") as cursor:
                cursor.itersize = _BATCH
                cursor.execute(self._words["postgresql"], params or {})
                yield iter(cursor)


def insert_or(table: sa.Table, *, replace: Sequence[str] = ()) -> tuple[Any, Any]:
    """Return an INSERT for each database; where the key is taken it sets `replace`, or nothing."""
    both = []
    for insert in (_sqlite_insert(table), _postgresql_insert(table)):
        key = [column.name for column in table.primary_key]
        both.append(
            insert.on_conflict_do_update(
                index_elements=key, set_={name: insert.excluded[name] for name in replace}
            )
            if replace
            else insert.on_conflict_do_nothing(index_elements=key)
        )
    return both[0], both[1]


def on_each(build: Callable[[str], Any]) -> tuple[Any, Any]:
    """Return what `build` gives for "sqlite" and for "postgresql", as Statement takes them."""
    return build("sqlite"), build("postgresql")


def among(column: Any, name: str, on: str) -> sa.ColumnElement[bool]:
    """Return that `column` is one of the parameter `name`, a JSON list of texts.

    So a statement stays one and the same, whatever the length of the list.
    """
    value = sa.select(sa.literal_column("value", sa.Text))
    if on == "sqlite":
        return column.in_(value.select_from(sa.text(f"json_each(:{name})")))  # type: ignore[no-any-return]
    # As an array: a join to rows of unknown number is not worth an index to the planner.
    rows = f"json_array_elements_text(CAST(:{name} AS json)) AS one (value)"
    array = sa.func.array(value.select_from(sa.text(rows)).scalar_subquery())
    return column == sa.any_(array)  # type: ignore[no-any-return]
