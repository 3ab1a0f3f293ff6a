"""I12, I13, T12: what people write, and who the child is, stands where it belongs and nowhere else.

A walk in which every pupil is called one word and everything written holds another; then every
column of every table is searched for both.
"""

import logging
from pathlib import Path

import pytest

from apflow.store import Store, tables
from apflow.store.tables import metadata
from tests.promises.begun import NAME, WORD, begun
from tests.small_office import START, Office

#: Where each may stand. What a Request asked stands in it until it is applied (and in a refused
#: one until it is purged); its written reasons stay with it; a pack is what another body is sent.
_MAY_STAND = {
    NAME: {("pupils", "name")},
    WORD: {
        ("answers", "value"), ("referrals", "facts"), ("requests", "answers"),
        ("requests", "overrides"), ("requests", "reason"), ("requests", "result"),
        ("packs", "body"),
    },
}  # fmt: skip


def _found(store: Store, marker: str) -> set[tuple[str, str]]:
    """Return the tables and columns in which a marker stands, however it is written."""
    found = set()
    with store.reading() as tx:
        for name, table in metadata.tables.items():
            for row in tx.execute(table.select()).mappings():
                found |= {
                    (name, column)
                    for column, value in row.items()
                    if marker.lower() in str(value).lower()
                }
    return found


@pytest.mark.parametrize("policy", ["one-of-each", "heronsgate"])
def test_names_and_what_is_written_stand_where_they_belong_and_nowhere_else(
    store: Store, tmp_path: Path, policy: str, caplog: pytest.LogCaptureFixture
) -> None:
    """I12, I13: not in the chain, not in notices, not in what an applied Request answered."""
    caplog.set_level(logging.DEBUG)
    walk = begun(store, tmp_path, policy, seed=5)
    counts = walk.walk(80)
    assert counts["event applied"] >= 20
    for marker, allowed in _MAY_STAND.items():
        assert _found(store, marker) - {("pupils", "sought")} <= allowed
        assert marker not in caplog.text
    assert _found(store, WORD) >= {("answers", "value"), ("requests", "reason")}
    applied = tables.requests.c.state == "applied"
    with store.reading() as tx:
        closed = tx.execute(tables.requests.select().where(applied)).mappings().all()
    assert len(closed) == counts["applied"]
    assert [one for one in closed if WORD in str(one["result"]) + str(one["answers"])] == []
    listed = walk.work.worklist("manager", walk.now, limit=100)
    assert listed
    assert NAME not in str(listed)
    assert WORD not in str(listed)


def test_a_written_reason_stands_with_the_step_and_not_in_what_was_answered(office: Office) -> None:
    """I13: going past a guard leaves its reason beside the chain, where it can be erased."""
    reference = office.opened(agrees=True)
    office.done(reference, "submit", "sue", sitting="2026-01-14")
    because = {"two_sat": f"{WORD} said so on the telephone"}
    closed = office.do(reference, "panel_agrees", "lea", because=because, sat=["la"])
    assert closed.state == "applied"
    assert "overridden" in str(closed.result)
    assert WORD not in str(closed.result)
    assert WORD not in str(office.work.request(closed.id).result)
    step = office.work.history(reference, "lea", START)[-1]
    assert [one.value for one in step.values if one.kind == "reason"] == list(because.values())
