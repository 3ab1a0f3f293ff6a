"""Backups: always one SQLite file, whichever database it was taken from.

The file is an apflow database like any other: `verify` reads it as it lies there. It holds
children's data, and is readable by its owner alone. What was erased before is not in it.
"""

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from apflow.errors import StoreError
from apflow.store.engine import Store
from apflow.store.statements import Statement, Tx
from apflow.store.tables import metadata
from apflow.store.verify import Verified, verify, verify_within

_BATCH = 1000

_READ = {table.name: Statement(sa.select(*table.columns)) for table in metadata.sorted_tables}
_WRITE = {table.name: Statement(sa.insert(table)) for table in metadata.sorted_tables}
_ANY = {
    table.name: Statement(sa.select(sa.literal_column("1")).select_from(table).limit(1))
    for table in metadata.sorted_tables
}


def backup(store: Store, path: Path) -> Verified:
    """Write everything that is committed now into a new file, while others go on writing.

    Says what was read of the file's history. Raises StoreError if there is a file of that name,
    or it cannot be written; Altered if its history does not verify (the file stands all the
    same: it is evidence, and refused by `restore`). Killed midway it leaves a `.part` file,
    never half a backup under the name that was asked for.
    """
    store.check()
    if path.exists():
        raise StoreError(f"{path} is there already; a backup is never written over another file")
    part = path.with_name(path.name + ".part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        if store.dialect == "sqlite":
            _copy_pages(store, part)
        else:
            _copy_into(store, part)
        _settle(part)
        part.rename(path)
        _sync(path.parent)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}") from None
    with closing(Store(f"sqlite:///{path}")) as written:
        return verify(written)


def restore(path: Path, url: str) -> Verified:
    """Fill the empty database at `url` from a backup, and say what was read of its history.

    Raises Altered, with the first bad row, for a backup whose history does not verify, and
    StoreError for a file that is no backup or a database that is not empty. Nothing is in the
    database unless all of it is, and verified there.
    """
    if not path.is_file():
        raise StoreError(f"there is no backup {path}")
    with (
        closing(Store(url)) as target,
        closing(Store(f"sqlite:///{path}")) as source,
        tempfile.TemporaryDirectory(prefix="apflow-restore-") as folder,
    ):
        _require_empty(target)
        if source.revision() is None:
            raise StoreError(f"{path} is no backup of apflow")
        # A copy, because a backup of an older apflow has to be upgraded before it is read.
        copy = Path(folder) / "backup.db"
        _copy_pages(source, copy)
        with closing(Store(f"sqlite:///{copy}")) as upgraded:
            return _fill(target, upgraded)


def _fill(target: Store, source: Store) -> Verified:
    source.upgrade()
    verify(source)
    target.upgrade()
    with source.reading() as reading, target.writing() as writing:
        _copy_rows(reading, writing)
        return verify_within(writing)


def _copy_pages(source: Store, part: Path) -> None:
    with source.raw() as reading, closing(sqlite3.connect(part)) as writing:
        # All in one step: a backup in small steps begins again whenever somebody writes.
        reading.backup(writing)


def _copy_into(source: Store, part: Path) -> None:
    with closing(Store(f"sqlite:///{part}")) as archive:
        archive.upgrade()
        with source.reading() as reading, archive.writing() as writing:
            _copy_rows(reading, writing)


def _copy_rows(reading: Tx, writing: Tx) -> None:
    for table in metadata.sorted_tables:
        names = [column.name for column in table.columns]
        # SQLite gives numbers where PostgreSQL will have yes or no.
        read: list[Callable[[Any], Any]] = [
            _yes_no if isinstance(column.type, sa.Boolean) else _as_it_is
            for column in table.columns
        ]
        with _READ[table.name].stream(reading) as rows:
            for batch in _batches(rows):
                _WRITE[table.name].many(writing, [_named(names, read, row) for row in batch])


def _named(
    names: list[str], read: list[Callable[[Any], Any]], row: tuple[Any, ...]
) -> dict[str, object]:
    return {name: how(value) for name, how, value in zip(names, read, row, strict=True)}


def _batches(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    while batch := list(islice(rows, _BATCH)):
        yield batch


def _yes_no(value: object) -> bool:
    return bool(value)


def _as_it_is(value: object) -> object:
    return value


def _require_empty(target: Store) -> None:
    kept = f"{target.name} is not empty; a backup is restored only into an empty database"
    if target.revision() is None:
        if target.table_names():
            raise StoreError(kept)
        return
    target.check()
    with target.reading() as tx:
        if any(statement.row(tx) is not None for statement in _ANY.values()):
            raise StoreError(kept)


def _settle(part: Path) -> None:
    """Leave one file without companions, and on the disk."""
    with closing(sqlite3.connect(part)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE").close()
    _sync(part)


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
