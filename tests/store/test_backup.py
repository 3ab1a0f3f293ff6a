"""A backup holds what was committed, restores whole and verified, or says why not."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from apflow.errors import Altered, StoreError
from apflow.referral import NoticeRow, Referral
from apflow.store import (
    Store,
    calendars,
    deadlines,
    history,
    notices,
    packs,
    pools,
    posts,
    reads,
    referrals,
    register,
    requests,
)
from apflow.store.backup import backup, restore
from apflow.store.tables import metadata
from apflow.store.verify import Verified, verify
from tests.databases import Fresh
from tests.store.building import (
    NOW,
    TODAY,
    after,
    furnish,
    make_deadline,
    make_referral,
    make_request,
    make_step,
    opened,
    take_step,
)
from tests.store.entered import enter
from tests.store.tampering import attack, tamper


@pytest.fixture
def full(store: Store) -> Store:
    """Give a store with something in every table."""
    furnish(store)
    opened(store, steps=3)
    opened(store, "TR-2", closed_on=TODAY)
    with store.writing() as tx:
        register.add_person(tx, register.Person("ann", "Ann", disabled=True))
        register.disable(tx, "ann", NOW)
        register.add_membership(tx, register.Membership("ann", "school", "oak"))
        register.add_sitting(tx, "trial", "forum", TODAY)
        calendars.put(tx, "kent", [], [TODAY], NOW, "x", example=True)
        requests.add(tx, make_request())
        deadlines.write(tx, [make_deadline(late=True), make_deadline(occurrence=2, beyond=True)])
        pools.change(tx, "trial", "ks3", 2, 0)
        pools.wait(tx, "trial", "ks3", "TR-1", "0001")
        notices.add(tx, [NoticeRow("n1", "TR-1", 1, "tell", "school", "text", NOW)])
        posts.write(tx, [posts.Post("n1", "ann", 2, None, "550")])
        reads.add(tx, "ann", "TR-1", "history", NOW)
        packs.add(tx, "TR-1", 1, {"a": 1})
        enter(tx, "ann")
        history.erase(tx, "TR-9")
    return store


def everything(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table, in the order of its key."""
    found = {}
    with store.reading() as tx:
        for table in metadata.sorted_tables:
            columns = ", ".join(column.name for column in table.columns)
            key = ", ".join(column.name for column in table.primary_key)
            rows = tx.exec_driver_sql(f"SELECT {columns} FROM {table.name} ORDER BY {key}")
            found[table.name] = [tuple(row) for row in rows]
    return found


def test_a_backup_is_one_file_that_verifies_as_it_lies_there(full: Store, tmp_path: Path) -> None:
    path = tmp_path / "backups" / "today.db"
    path.parent.mkdir()
    assert backup(full, path) == verify(full) == Verified(2, 4, 8, 0)
    assert list(path.parent.iterdir()) == [path]
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o400)
    with closing(Store(f"sqlite:///{path}")) as written:
        assert verify(written) == Verified(2, 4, 8, 0)
        assert everything(written) == everything(full)
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_backup_of_either_database_restores_into_either(
    full: Store, fresh_database: Fresh, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "today.db"
    backup(full, path)
    url = fresh_database(kind, False)
    assert restore(path, url) == Verified(2, 4, 8, 0)
    with closing(Store(url)) as restored:
        assert everything(restored) == everything(full)
        assert all(everything(restored).values())
        assert verify(restored).steps == 4
        with restored.writing() as tx:
            referral = referrals.lock(tx, "TR-1")
            assert referral is not None
            take_step(tx, referral, "onward")


def test_a_backup_is_never_written_over_another_file(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Ann")
    with pytest.raises(StoreError, match="is there already"):
        backup(store, path)
    assert path.read_text() == "Dear Ann"
    with pytest.raises(StoreError, match="cannot be written: No such file or directory"):
        backup(store, tmp_path / "nowhere" / "today.db")


def test_what_a_killed_backup_left_does_not_stop_the_next(store: Store, tmp_path: Path) -> None:
    part = tmp_path / "today.db.part"
    part.write_bytes(b"half")
    backup(store, tmp_path / "today.db")
    assert not part.exists()


def test_an_altered_backup_is_refused_with_the_first_bad_row_and_restores_nothing(
    full: Store, fresh_database: Fresh, tmp_path: Path
) -> None:
    path = tmp_path / "today.db"
    backup(full, path)
    with closing(Store(f"sqlite:///{path}")) as written:
        attack("UPDATE answers SET value = '7' WHERE seq = 2 AND name = 'said'")(written)
    for kind in ("sqlite", "postgresql"):
        url = fresh_database(kind, False)
        with pytest.raises(Altered, match="TR-1 step 2: the value of 'said' is not the one"):
            restore(path, url)
        with closing(Store(url)) as target:
            assert target.revision() is None
            assert target.table_names() == []


def test_backing_up_an_altered_history_keeps_the_file_and_names_the_row(
    full: Store, tmp_path: Path
) -> None:
    tamper(full, ("UPDATE steps SET hash = %s WHERE seq = 3", ("x",)))
    path = tmp_path / "evidence.db"
    with pytest.raises(Altered, match="TR-1 step 3"):
        backup(full, path)
    assert path.exists()


def test_a_database_that_is_not_empty_is_never_restored_into(
    full: Store, fresh_database: Fresh, tmp_path: Path
) -> None:
    path = tmp_path / "today.db"
    backup(full, path)
    before = everything(full)
    with pytest.raises(StoreError, match="is not empty"):
        restore(path, full.url)
    assert everything(full) == before
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE letters (text)")
    with pytest.raises(StoreError, match="is not empty"):
        restore(path, f"sqlite:///{other}")
    upgraded = fresh_database("sqlite", True)
    assert restore(path, upgraded).steps == 4


def test_a_file_that_is_no_backup_is_refused(fresh_database: Fresh, tmp_path: Path) -> None:
    url = fresh_database("sqlite", False)
    with pytest.raises(StoreError, match="there is no backup"):
        restore(tmp_path / "nothing.db", url)
    letter = tmp_path / "letter.db"
    letter.write_text("Dear Ann, " * 500)
    with pytest.raises(StoreError, match="cannot be used"):
        restore(letter, url)
    empty = tmp_path / "empty.db"
    empty.touch()
    with pytest.raises(StoreError, match="is no backup of apflow"):
        restore(empty, url)
    cut = tmp_path / "cut.db"
    with closing(furnish(Store(fresh_database("sqlite", True)))) as store:
        opened(store, steps=3)
        backup(store, tmp_path / "whole.db")
    cut.write_bytes((tmp_path / "whole.db").read_bytes()[:40_000])
    with pytest.raises(StoreError):
        restore(cut, url)
    with closing(Store(url)) as target:
        assert target.table_names() == []


def test_a_backup_under_load_holds_every_step_acknowledged_before_it_and_no_half(
    store: Store, fresh_database: Fresh, tmp_path: Path
) -> None:
    furnish(store)
    workers = 3
    stop, acknowledged, lock = threading.Event(), [], threading.Lock()

    def work(number: int) -> None:
        referral: Referral = make_referral(f"TR-{number}")
        while not stop.is_set():
            with store.writing() as tx:
                referral = take_step(tx, referral, "state", {"said": "yes"})
            with lock:
                acknowledged.append((referral.reference, referral.seq))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(workers)]
    for thread in threads:
        thread.start()
    try:
        for number in range(3):
            while len(acknowledged) < 60 * (number + 1):
                assert any(thread.is_alive() for thread in threads)
            with lock:
                before = dict(sorted(acknowledged))
            path = tmp_path / f"backup-{number}.db"
            backup(store, path)
            url = fresh_database("sqlite", False)
            assert restore(path, url).referrals == workers
            with closing(Store(url)) as restored, restored.reading() as tx:
                kept = {reference: seq for reference, seq, _ in history.heads(tx)}
            assert all(kept[reference] >= seq for reference, seq in before.items())
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert verify(store).steps == len(acknowledged)


def test_copying_only_the_file_loses_what_a_backup_keeps(
    fresh_database: Fresh, tmp_path: Path
) -> None:
    """Why a backup is not a copy: the newest steps are in the write-ahead log beside the file."""
    with closing(furnish(Store(fresh_database("sqlite", True)))) as store:
        opened(store, steps=3)
        assert store.path is not None
        copied = tmp_path / "copied.db"
        copied.write_bytes(store.path.read_bytes())
        backup(store, tmp_path / "backup.db")
    for path, steps in ((copied, 0), (tmp_path / "backup.db", 3)):
        with closing(Store(f"sqlite:///{path}")) as kept:
            assert verify(kept).steps == steps


def test_a_restored_database_refuses_to_change_its_history(
    full: Store, fresh_database: Fresh, tmp_path: Path
) -> None:
    backup(full, tmp_path / "today.db")
    for kind in ("sqlite", "postgresql"):
        url = fresh_database(kind, False)
        restore(tmp_path / "today.db", url)
        restored = Store(url)
        with closing(restored), pytest.raises(StoreError), restored.writing() as tx:
            tx.exec_driver_sql("DELETE FROM steps")


def test_an_erasure_after_a_backup_is_missing_in_it_and_so_has_to_be_done_again(
    store: Store, fresh_database: Fresh, tmp_path: Path
) -> None:
    referral = opened(furnish(store), steps=1)
    backup(store, tmp_path / "before.db")
    with store.writing() as tx:
        taken = history.erasable(tx, "TR-1", ["said"])
        about = history.about_erasure(taken)
        step = make_step(referral, referral.state, event="erase", about=about)
        assert referrals.move(tx, after(referral, step), referral.version)
        history.append(tx, step)
        history.erase(tx, "TR-1", ["said"])
    backup(store, tmp_path / "after.db")
    for name, erased in (("before", 0), ("after", 1)):
        assert restore(tmp_path / f"{name}.db", fresh_database("sqlite", False)).erased == erased
