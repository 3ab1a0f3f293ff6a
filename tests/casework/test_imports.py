"""A spreadsheet of referrals: good rows opened, bad ones named, and nothing doubled."""

import pytest

from apflow.casework import imports
from apflow.casework.imports import Imported, import_referrals
from apflow.errors import FileError
from apflow.referral import Request
from tests.small_office import START, Office

HEADER = "key,pupil,pupil_name,pupil_born_on,happened_on,home,excluded,excluded_on,story,agrees\n"
GOOD = (
    HEADER + "A1,p1,,,2026-01-12,oak,no,,,yes\nA2,x9,Robin Vale,3/4/2014,,oak,yes,12 Jan 2026,,\n"
)


def _import(office: Office, text: str) -> tuple[Imported, ...]:
    def apply(request: str) -> Request:
        return office.work.apply(request, START)

    return import_referrals(
        office.work.office, "one-of-each", text.encode(), "all.csv", "sue", "school", START, apply
    )


def test_good_rows_are_opened_and_their_pupils_registered(office: Office) -> None:
    done = _import(office, GOOD)
    assert [row.outcome for row in done] == ["opened", "opened"]
    looked = office.work.look(done[1].reference or "", "lea", START)
    assert looked.pupil == "Robin Vale"
    assert looked.facts["excluded_on"] == "2026-01-12"
    assert office.work.look(done[0].reference or "", "lea", START).referral.opened_on.day == 12


def test_run_twice_it_doubles_nothing(office: Office) -> None:
    first = _import(office, GOOD)
    again = _import(office, GOOD)
    assert [row.outcome for row in again] == ["there", "there"]
    assert [row.reference for row in again] == [row.reference for row in first]
    assert len(office.work.worklist("max", START)) == 2


def test_a_bad_row_is_named_by_line_and_column_and_the_good_ones_are_opened(
    office: Office,
) -> None:
    text = (
        GOOD + "A3,p2,,,,oak,perhaps,,,\n,p3,,,,oak,no,,,\nA5,p4,,,,ook,no,,,\nA6,p5,,,,oak,,,,\n"
    )
    done = _import(office, text)
    assert [row.outcome for row in done] == ["opened", "opened", "bad", "bad", "bad", "refused"]
    assert (done[2].line, done[2].faults[0][0]) == (4, "excluded")
    assert done[3].faults == (("key", "must not be empty"),)
    assert "did you mean 'oak'" in done[4].faults[0][1]
    assert done[5].faults[0][0] == "excluded"


def test_a_mended_row_is_opened_on_the_second_run(office: Office) -> None:
    bad = HEADER + "A1,p1,,,,oak,,,,\n"
    assert _import(office, bad)[0].outcome == "refused"
    assert _import(office, HEADER + "A1,p1,,,,oak,no,,,\n")[0].outcome == "opened"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "column 'key'"),
        ("key,pupil,hoem\nA,p1,oak\n", "did you mean 'home'"),
        ("key,key,pupil\n", "there twice"),
        (HEADER + 'A1,p1,"unclosed\n', "not CSV"),
        (HEADER + "A1" + ",x" * 30 + "\n", "columns"),
        ("k\0ey\n", "zero byte"),
    ],
)
def test_a_file_that_cannot_be_read_opens_nothing(office: Office, text: str, says: str) -> None:
    with pytest.raises(FileError, match=says):
        _import(office, text)
    assert office.work.worklist("max", START) == ()


def test_the_template_has_a_column_for_every_fact_that_opening_asks(office: Office) -> None:
    with office.work.store.reading() as tx:
        machine = office.work.office.newest(tx, "one-of-each", lambda *_: None)
    header = imports.template(machine.compiled.lifecycle).splitlines()[0].split(",")
    assert set(HEADER.strip().split(",")) <= set(header)
