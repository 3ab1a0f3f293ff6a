"""The index of the steps: written with each, and made for those that were there before it."""

from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from apflow.errors import Altered
from apflow.store import Store, Tx
from apflow.store.verify import verify
from tests.databases import Fresh
from tests.small_office import START, Office
from tests.small_office import office as small_office
from tests.store.tampering import tamper

_ROWS = "SELECT * FROM step_index ORDER BY reference, seq"
#: What the revision made, undone: a database of before it.
_BACK = (
    "DROP TABLE step_index",
    *(
        f"DROP INDEX {name}"
        for name in (
            *("ix_referrals_open", "ix_referrals_closed", "ix_referrals_lifecycle_state"),
            *("ix_referral_parties_open", "ix_referral_parties_closed", "ix_reads_read_at"),
            *("ix_deadlines_missed", "ix_deadlines_law", "ix_requests_flow_run"),
        )
    ),
    "ALTER TABLE referrals DROP COLUMN entered_on",
    "CREATE INDEX ix_referrals_lifecycle_state ON referrals (lifecycle, state)",
    "CREATE INDEX ix_referrals_open ON referrals (next_due) WHERE closed_on IS NULL",
    "CREATE INDEX ix_referrals_closed ON referrals (next_due) WHERE closed_on IS NOT NULL",
    "CREATE INDEX ix_referral_parties_open ON referral_parties (next_due)",
    "CREATE INDEX ix_referral_parties_closed ON referral_parties (next_due)",
    "UPDATE alembic_version SET version_num = '0003'",
)
_SINCE = "SELECT reference, entered_on FROM referrals ORDER BY reference"


def told(office: Office) -> str:
    """Take a referral to and fro: placed, reviewed, taken back, handed over, ended."""
    days = [START + timedelta(days=number) for number in range(8)]
    reference = office.opened(now=days[0], agrees=True)
    office.done(reference, "submit", "sue", days[1], sitting="2026-01-14")
    office.done(reference, "panel_agrees", "pam", days[2], sat=["panel_member", "la"])
    office.done(reference, "begin", "lea", days[3], provider="pru")
    office.done(reference, "review", "lea", days[4], story="well")
    office.done(reference, "reverse_step", "lea", days[5], reason="not yet")
    office.done(reference, "hand_over", "max", days[6], reason="leave", owner="lea")
    office.done(reference, "go_back", "lea", days[7])
    return reference


@pytest.fixture
def office(store: Store, tmp_path: Path) -> Office:
    return small_office(store, tmp_path)


def test_every_step_is_in_the_index_with_what_it_is_searched_by(office: Office) -> None:
    reference = told(office)
    steps = office.work.history(reference, "max", START)
    with office.work.store.reading() as tx:
        rows = [row._mapping for row in tx.execute(sa.text(_ROWS))]
    assert [(row["seq"], row["event"], row["actor"], row["request"]) for row in rows] == [
        (step.seq, step.event, step.actor, step.request) for step in steps
    ]
    assert {row["lifecycle"] for row in rows} == {"one-of-each"}
    assert [row["reverses"] for row in rows] == [None, None, None, None, None, 5, None, None]
    assert [row["source"] for row in rows] == [step.source for step in steps]
    days = [str(START.date() + timedelta(days=number)) for number in range(8)]
    assert [row["happened_on"] for row in rows] == days
    # A review enters the same state anew, which ends no stay; nor does taking back.
    since = [None, days[0], days[1], days[2], None, None, None, days[3]]
    assert [row["stay_since"] for row in rows] == since


def test_a_referral_says_since_when_it_stands_where_it_does(office: Office) -> None:
    reference = told(office)

    def since() -> date:
        with office.work.store.reading() as tx:
            rows = dict(tuple(row) for row in tx.execute(sa.text(_SINCE)))
        return date.fromisoformat(rows[reference])

    assert since() == START.date() + timedelta(days=7)
    now = START + timedelta(days=9)
    office.done(reference, "reverse_step", "lea", now, reason="the wrong child")
    assert since() == START.date() + timedelta(days=3)


def go_back(tx: Tx) -> None:
    for words in _BACK:
        tx.execute(sa.text(words))


def test_upgrading_indexes_the_steps_that_are_there_as_they_would_have_been(
    fresh_database: Fresh, tmp_path: Path
) -> None:
    for kind in ("sqlite", "postgresql"):
        url = fresh_database(kind, True)
        with closing(Store(url)) as store:
            told(small_office(store, tmp_path / kind))
            with store.reading() as tx:
                before = [tuple(tx.execute(sa.text(words))) for words in (_ROWS, _SINCE)]
            with store.writing() as tx:
                go_back(tx)
        with closing(Store(url)) as store:
            store.upgrade()
            with store.reading() as tx:
                after = [tuple(tx.execute(sa.text(words))) for words in (_ROWS, _SINCE)]
        assert after == before


@pytest.mark.parametrize(
    "words",
    [
        "UPDATE step_index SET actor = 'eve' WHERE seq = 3",
        "UPDATE step_index SET event = 'log' WHERE seq = 3",
        "UPDATE step_index SET recorded_at = '2026-01-01T00:00:00.000000Z' WHERE seq = 3",
        "UPDATE step_index SET happened_on = '2026-01-01' WHERE seq = 3",
        "UPDATE step_index SET source = 'agreed' WHERE seq = 3",
        "UPDATE step_index SET request = NULL WHERE seq = 3",
        "DELETE FROM step_index WHERE seq = 3",
    ],
)
def test_an_index_that_hides_a_step_is_found(office: Office, words: str) -> None:
    reference = told(office)
    store = office.work.store
    verify(store)
    with store.writing() as tx:
        tx.execute(sa.text(words))
    for wanted in (None, reference):
        with pytest.raises(Altered, match="index") as altered:
            verify(store, wanted)
        assert (altered.value.reference, altered.value.seq) == (reference, 3)


def test_a_step_that_only_the_index_knows_is_found(office: Office) -> None:
    reference = told(office)
    tamper(
        office.work.store,
        (
            "INSERT INTO step_index SELECT reference, 9, recorded_at, happened_on, lifecycle,"
            " event, actor, source, stay_since, reverses, request FROM step_index WHERE seq = 8",
            (),
        ),
    )
    with pytest.raises(Altered, match="only the index"):
        verify(office.work.store, reference)
