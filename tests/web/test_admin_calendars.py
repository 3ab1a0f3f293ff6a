"""School days: a year to look at, and a new calendar tried before it is taken."""

from datetime import timedelta

import pytest

from apflow.casework.calendars import stored
from apflow.store import calendars
from tests.web.administering import acts, administrator, done_by
from tests.web.reading import done, fields, follow, problems, read, rows, text_of
from tests.web_site import Served

AREA = "maidstone-and-malling"
PATH = f"/admin/calendars/{AREA}"


def _version(site: Served, area: str = AREA) -> int | None:
    with site.work.store.reading() as tx:
        return calendars.version(tx, area)


def _days(site: Served) -> str:
    """Return the area's own days as the file that is downloaded."""
    return administrator(site).get(f"{PATH}/days.csv").text


def _file(text: str, name: str = "days.csv") -> dict[str, tuple[str, bytes, str]]:
    return {"file": (name, text.encode(), "text/csv")}


def test_areas_are_listed_with_until_when_they_are_filled(shared_site: Served) -> None:
    found = read(administrator(shared_site).get("/admin/calendars"))
    listed = rows(found, "Whose school days")
    assert len(listed) == 2
    assert all("Example" in one for one in listed)


def test_a_year_shows_what_each_day_is_in_words(shared_site: Served) -> None:
    browser = administrator(shared_site)
    found = read(browser.get(f"{PATH}?year=2026"))
    months = [one for one in found.iter("table") if one.get("class") == "ap-month"]
    assert len(months) == 12
    said = [" ".join("".join(one.itertext()).split()) for one in months[1].iter("td")]
    assert "26H: Half-term holiday" in said
    assert "19: School day" in said
    christmas = [" ".join("".join(one.itertext()).split()) for one in months[3].iter("td")]
    assert "25B: Bank holiday" in christmas
    assert "30: School holiday" in christmas
    march = " ".join("".join(one.itertext()) for one in months[6].iter("td"))
    assert "10: School day, today" in " ".join(march.split())
    for odd in ("1", "9999", "x", "²"):
        assert read(browser.get(f"{PATH}?year={odd}"))


def test_the_days_can_be_taken_away_and_given_back_without_moving_anything(site: Served) -> None:
    browser = administrator(site)
    tried = read(browser.post(f"{PATH}/check", files=_file(_days(site))))
    assert "No deadline would move" in text_of(tried)


def test_a_trial_changes_nothing_and_lists_every_deadline_before_and_after(site: Served) -> None:
    browser = administrator(site)
    closed = _days(site) + "2027-03-15,2027-03-19,closure,Snow\r\n"
    tried = read(browser.post(f"{PATH}/check", files=_file(closed)))
    moved = rows(tried, "Deadlines that would move")
    assert moved
    assert all("MM-20" in one for one in moved)
    assert _version(site) == 1
    assert acts(site) == []

    answer = browser.post(PATH, data=fields(tried, PATH), files={"none": b""})
    page = follow(browser, answer)
    assert "The calendar is in use" in done(page)
    assert _version(site) == 2
    assert stored(site.work.office, AREA).example is False
    (act,) = acts(site)
    assert (act.person, act.what, act.about) == ("adam", "change_calendar", AREA)
    assert act.details["moved"] == len(moved)


def test_what_would_be_missed_at_once_needs_a_tick(site: Served) -> None:
    browser = administrator(site)
    closed = _days(site) + "2027-03-08,2027-03-25,closure,Flood\r\n"
    first = read(browser.post(f"{PATH}/check", files=_file(closed)))
    follow(browser, browser.post(PATH, data=fields(first, PATH), files={"none": b""}))
    site.moment.later(days=12)
    browser = administrator(site)
    tried = read(browser.post(f"{PATH}/check", files=_file(_days_without(closed))))
    assert "would be missed at once" in text_of(tried)
    form = fields(tried, PATH)
    refused = read(browser.post(PATH, data=form, files={"none": b""}), 422)
    assert list(problems(refused).values()) == ["confirmed"]
    assert _version(site) == 2
    follow(browser, browser.post(PATH, data=form | {"confirmed": "yes"}, files={"none": b""}))
    assert _version(site) == 3


def _days_without(closed: str) -> str:
    return "".join(line for line in closed.splitlines(keepends=True) if "Flood" not in line)


def test_what_changed_since_the_trial_is_shown_before_anything_is_taken(site: Served) -> None:
    browser = administrator(site)
    closed = _days(site) + "2027-03-15,2027-03-19,closure,Snow\r\n"
    tried = read(browser.post(f"{PATH}/check", files=_file(closed)))
    other = read(browser.post(f"{PATH}/check", files=_file(_days(site))))
    follow(browser, browser.post(PATH, data=fields(other, PATH), files={"none": b""}))
    again = read(browser.post(PATH, data=fields(tried, PATH), files={"none": b""}), 409)
    assert "Something changed since you looked" in text_of(again)
    assert _version(site) == 2


def test_days_are_added_one_stretch_at_a_time(site: Served) -> None:
    browser = administrator(site)
    form = {"add": "1", "kind": "inset", "start": "14/6/2027", "end": "", "label": "Training"}
    tried = read(browser.post(f"{PATH}/check", data=form))
    follow(browser, browser.post(PATH, data=fields(tried, PATH), files={"none": b""}))
    page = read(browser.get(f"{PATH}?year=2026"))
    assert "Mon 14 Jun 2027 Mon 14 Jun 2027 INSET days Training" in rows(page, "What was given")


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"start": ""}, "start"),
        ({"start": "14/6/1027"}, "start"),
        ({"end": "31/2/2027"}, "end"),
        ({"kind": "party"}, "kind"),
        ({"label": "x" * 300}, "label"),
        ({"end": "1/6/2027"}, "start"),
        ({"start": "14/8/2027", "kind": "half_term"}, "start"),
    ],
)
def test_days_that_cannot_be_are_said_and_kept(
    shared_site: Served, form: dict[str, str], field: str
) -> None:
    whole = {"add": "1", "kind": "inset", "start": "14/6/2027", "end": "", "label": "", **form}
    found = read(administrator(shared_site).post(f"{PATH}/check", data=whole), 422)
    assert list(problems(found).values()) == [field]
    assert [one.get("value") for one in found.iter("input") if one.get("name") == "start"] == [
        whole["start"]
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"start,end,kind\n2026-13-01,,term\n", "there is no day"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"", "no"),
        (b"BEGIN:VCALENDAR\nnonsense", "not a calendar that can be read"),
        (b"start,kind\n" + b"2026-01-01,wizard\n" * 50, "and 2"),
    ],
)
def test_a_file_that_cannot_be_used_is_said_line_by_line(
    shared_site: Served, content: bytes, says: str
) -> None:
    browser = administrator(shared_site)
    files = {"file": ("days.csv", content, "text/csv")}
    found = read(browser.post(f"{PATH}/check", files=files), 422)
    assert list(problems(found).values()) == ["file"]
    assert says in text_of(found)
    assert _version(shared_site) == 1


def test_no_file_at_all_is_said(shared_site: Served) -> None:
    found = read(administrator(shared_site).post(f"{PATH}/check", data={"file": ""}), 422)
    assert problems(found) == {"Choose a file with the school days": "file"}


def test_a_school_gets_days_of_its_own_from_an_ics_file(site: Served) -> None:
    browser = administrator(site)
    answer = browser.get("/admin/calendars?area=ashmead")
    assert answer.headers["location"] == "/admin/calendars/ashmead"
    assert "There is no calendar yet" in text_of(read(browser.get("/admin/calendars/ashmead")))
    ics = "\r\n".join(
        ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//a//b//EN", "BEGIN:VEVENT", "UID:1",
         "DTSTAMP:20260101T000000Z", "SUMMARY:Spring & summer term", "DTSTART;VALUE=DATE:20270104",
         "DTEND;VALUE=DATE:20270722", "END:VEVENT", "END:VCALENDAR", "")
    )  # fmt: skip
    path = "/admin/calendars/ashmead"
    tried = read(browser.post(f"{path}/check", files=_file(ics, "our days.ics")))
    form = fields(tried, path) | {"confirmed": "yes"}
    follow(browser, browser.post(path, data=form, files={"none": b""}))
    assert _version(site, "ashmead") == 1
    assert ("adam", "change_calendar", "ashmead") in done_by(site)
    listed = rows(read(browser.get("/admin/calendars")), "Whose school days")
    assert any("Ashmead AcademyA school with days of its own" in one for one in listed)
    assert "its own" in " ".join(rows(read(browser.get("/admin/organisations")), "Organisations"))


def test_a_label_is_no_formula_in_a_spreadsheet(site: Served) -> None:
    browser = administrator(site)
    form = {"add": "1", "kind": "inset", "start": "14/6/2027", "end": "", "label": "=1+1"}
    tried = read(browser.post(f"{PATH}/check", data=form))
    follow(browser, browser.post(PATH, data=fields(tried, PATH), files={"none": b""}))
    assert ",'=1+1" in _days(site)
    assert ",=1+1" not in _days(site)


@pytest.mark.parametrize("path", ["/admin/calendars/nowhere", "/admin/calendars/nowhere/days.csv",
                                  "/admin/calendars/ashmead/days.csv"])  # fmt: skip
def test_whose_days_nobody_keeps_is_no_page(shared_site: Served, path: str) -> None:
    assert administrator(shared_site).get(path).status_code == 404


def test_the_calendar_that_runs_out_asks_for_more(site: Served) -> None:
    site.moment.now += timedelta(days=365 * 3)
    listed = rows(read(administrator(site).get("/admin/calendars")), "Whose school days")
    assert all("left" in one or "over" in one for one in listed)
