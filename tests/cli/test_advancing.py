"""Advancing on the command line: done 0, refused 1, bad input 2, someone moved it first 3."""

from pathlib import Path

import pytest

from tests.cli.conftest import Type
from tests.small_office import START, Office

OPEN = ("open", "one-of-each", "p1", "home=oak", "excluded=no", "--as", "sue")


def _opened(terminal: Type, *more: str) -> str:
    said = terminal(*OPEN, *more, "--json")
    assert said.code == 0, said
    reference: str = said.json["reference"]
    return reference


@pytest.mark.usefixtures("office")
def test_an_advance_is_refused_with_every_reason_and_then_succeeds(terminal: Type) -> None:
    reference = _opened(terminal, "agrees=no")
    refused = terminal("advance", reference, "submit", "sitting=2026-01-14", "--as", "sue")
    assert refused.code == 1
    assert "✗ The parent has not agreed. [T-1]  (parent_agrees)" in refused.out
    assert "read: agrees = no, excluded = no" in refused.out
    assert "can be put right by: school" in refused.out
    assert terminal("advance", reference, "record_answer", "agrees=yes", "--as", "sue").code == 0
    done = terminal("advance", reference, "submit", "sitting=2026-01-14", "--as", "sue")
    assert done.code == 0
    assert "Now: At the panel" in done.out
    assert "(advice)" in done.out


@pytest.mark.usefixtures("office")
def test_what_is_missing_is_asked_for_by_its_question(terminal: Type) -> None:
    said = terminal("open", "one-of-each", "p1", "home=oak", "--as", "sue")
    assert said.code == 1
    assert "Permanently excluded?" in said.out


@pytest.mark.usefixtures("office")
def test_someone_moved_it_first_has_an_exit_code_of_its_own(terminal: Type) -> None:
    reference = _opened(terminal, "agrees=yes")
    terminal("advance", reference, "submit", "sitting=2026-01-14", "--as", "sue")
    words = ("advance", reference, "submit", "sitting=2026-01-14", "--as", "sue", "--seen", "1")
    said = terminal(*words)
    assert said.code == 3
    assert "Someone moved it first" in said.out
    assert terminal(*words, "--json").json["state"] == "stale"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("advance", "OE-2026-AAAAAA-A", "submit", "--as", "sue"), "no referral"),
        (("advance", "{ref}", "submitt", "--as", "sue"), "did you mean 'submit'"),
        (("advance", "{ref}", "log", "story", "--as", "sue"), "fact=value"),
        (("advance", "{ref}", "log", "storry=x", "--as", "sue"), "did you mean 'story'"),
        (("advance", "{ref}", "log", "story=x", "--on", "tomorrowish", "--as", "sue"), "--on"),
        (("advance", "{ref}", "log", "story=x", "--on", "2099-01-01", "--as", "sue"), "future"),
        (("advance", "{ref}", "log", "story=x", "--as", "nobody"), "no person 'nobody'"),
        (("advance", "{ref}", "log", "story=x", "--as", "sue", "--role", "la"), "does not hold"),
        (("advance", "{ref}", "correct_facts", "--as", "sue"), "apflow correct"),
        (("advance", "{ref}", "log", "--answers", "/no/such", "--as", "sue"), "--answers"),
        (("advance", "{ref}", "log", "story=x", "--because", "two_sat", "--as", "sue"), "reason"),
        (("advance", "{ref}", "log"), "--as"),
        (("open", "one-of-eech", "p1", "--as", "sue"), "one-of-each"),
        (("open", "one-of-each", "p99", "--as", "sue"), "no pupil 'p99'"),
        (("correct", "{ref}", "agrees=yes", "--as", "sue"), "--reason"),
        (("erase", "{ref}", "--reason", "x", "--as", "max"), "--all"),
        (("history", "{ref}", "--as", "eve"), "no referral"),
        (("calendar", "import", "one-of-each", "/no/such.csv"), "/no/such.csv"),
        (("forum", "agenda", "one-of-each/panel", "--as", "pam"), "policy/meeting"),
        (("verify", "--nonsense"), "--nonsense"),
    ],
)
def test_bad_input_is_one_clear_line_and_never_a_traceback(
    office: Office, terminal: Type, words: tuple[str, ...], says: str
) -> None:
    reference = office.opened()
    before = office.work.history(reference, "sue", START)
    said = terminal(*(word.replace("{ref}", reference) for word in words))
    assert said.code == 2
    assert says in said.err
    assert "Traceback" not in said.err
    assert office.work.history(reference, "sue", START) == before


@pytest.mark.usefixtures("office")
def test_checklists_are_typed_entry_by_entry_and_reasons_by_guard(terminal: Type) -> None:
    reference = _opened(terminal, "agrees=yes")
    terminal("advance", reference, "submit", "sitting=2026-01-14", "--as", "sue")
    words = ("advance", reference, "panel_agrees", "sat.la=present", "sat.panel_member=absent: ill")
    assert terminal(*words, "--as", "lea").code == 1
    said = terminal(*words, "--as", "lea", "--because", "two_sat=the chair was ill")
    assert said.code == 0
    assert "reason given: the chair was ill" in said.out


@pytest.mark.usefixtures("office")
def test_answers_come_from_a_file_too(terminal: Type, tmp_path: Path) -> None:
    reference = _opened(terminal)
    answers = tmp_path / "answers.json"
    answers.write_text('{"agrees": true, "story": "a long one"}', encoding="utf-8")
    words = ("advance", reference, "record_answer", "--answers", str(answers), "--as", "sue")
    assert terminal(*words).code == 0
    shown = terminal("show", reference, "--as", "sue")
    assert "What happened? (story): a long one" in shown.out


@pytest.mark.usefixtures("office")
def test_putting_right_from_the_terminal(terminal: Type) -> None:
    reference = _opened(terminal, "agrees=no", "story=text to go")
    because = ("--reason", "the letter says so")
    assert terminal("correct", reference, "agrees=yes", *because, "--as", "sue").code == 0
    assert terminal("reverse", reference, *because, "--as", "sue").code == 0
    assert terminal("hand-over", reference, "lea", *because, "--as", "max").code == 0
    assert terminal("erase", reference, "story", *because, "--as", "max").code == 0
    assert terminal("adopt", reference, "--dry-run", "--as", "max").code == 1
    events = [
        step["event"] for step in terminal("history", reference, "--as", "ann", "--json").json
    ]
    assert events == ["open_it", "correct_facts", "reverse_step", "hand_over", "erase"]
    assert "text to go" not in terminal("history", reference, "--full", "--as", "ann").out


def test_waiting_to_be_carried_needs_prefects_address(office: Office, terminal: Type) -> None:
    reference = office.opened()
    said = terminal("advance", reference, "log", "story=x", "--as", "sue", "--carried")
    assert said.code == 2
    assert "APFLOW_PREFECT_API_URL" in said.err
