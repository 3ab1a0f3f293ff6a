"""I8: nothing typed at the command line gives a traceback, and what is refused changes nothing."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from apflow import casework, cli
from apflow.casework import Asked
from apflow.errors import ApflowError
from apflow.referral import HOUSE_EVENTS
from apflow.store import Store, register
from tests.promises.hostile import BOMB, binary, shapeless, spoilt, word
from tests.promises.pictures import rows
from tests.promises.soundness import faults
from tests.small_office import START, Office
from tests.small_office import office as small_office

_YEAR = (
    b"start,end,kind,label\n2026-01-05,2026-07-21,term,Year\n"
    b"2026-02-16,2026-02-20,half_term,Half\n2026-04-03,,closure,Boiler\n"
)
_ICS = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nBEGIN:VEVENT\r\nUID:1\r\n"
    b"DTSTAMP:20260101T000000Z\r\nDTSTART;VALUE=DATE:20260105\r\nDTEND;VALUE=DATE:20260722\r\n"
    b"SUMMARY:Term\r\nCATEGORIES:term\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
_SHEET = (
    b"key,pupil,pupil_name,pupil_born_on,happened_on,home,excluded,excluded_on,story,agrees\n"
    b"A1,p1,,,2026-01-12,oak,no,,,yes\nA2,x9,Robin Vale,3/4/2014,,oak,yes,12 Jan 2026,,\n"
)
#: Makes up the words of one command.
Typed = Callable[["Typist", Path, str], list[str]]


@pytest.fixture
def office(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """Give the small office on the database that the commands use."""
    made = small_office(store, tmp_path)
    monkeypatch.setenv("APFLOW_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("APFLOW_DATABASE_URL", store.url)
    monkeypatch.setenv("APFLOW_STATES", str(made.folder))
    monkeypatch.delenv("APFLOW_AS", raising=False)
    casework.opened.cache_clear()
    yield made
    casework.opened(store.url, (made.folder,)).store.close()
    casework.opened.cache_clear()


class Typist:
    """Somebody who types a command as it should be, but for a word or two."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.wrong = self.random.choice((0, 1, 1, 1, 1, 2, 9))

    def some(self, *good: str) -> str:
        """Return one of what would do, or something else."""
        if not self.wrong or self.chance(0.75):
            return self.random.choice(good)
        self.wrong -= 1
        return word(self.random)

    def chance(self, often: float) -> bool:
        return self.random.random() < often

    def file(self, file: Path, good: bytes) -> str:
        """Return the name of a file, most often one that is spoilt."""
        if self.chance(0.05):
            return self.random.choice(("/dev/null", ".", "/no/such/file.csv", "a" * 300))
        ways = ((0.1, good), (0.2, binary(self.random)), (1.0, spoilt(self.random, good)))
        chance = self.random.random()
        file.write_bytes(next(content for often, content in ways if chance < often))
        return str(file)

    def more(self, person: str) -> Iterator[str]:
        """Give who acts and, now and then, in which role, when and how it is to be said."""
        yield from ("--as", self.some(person))
        if self.chance(0.2):
            yield from ("--on", self.some("2026-01-12", "12 Jan 2026"))
        if self.chance(0.1):
            yield from ("--answers", self.some("/no/such", "."))
        if self.chance(0.3):
            yield "--json"


def opening(typist: Typist, _: Path, __: str) -> list[str]:
    words = ["open", typist.some("one-of-each"), typist.some("p1", "p2")]
    words += [f"home={typist.some('oak')}", f"excluded={typist.some('no', 'yes')}"]
    words += [f"excluded_on={typist.some('2026-01-12')}", f"story={typist.some('It began.')}"]
    words += [f"{typist.some('agrees')}=yes"]
    words += ["--event", typist.some("open_it")] if typist.chance(0.2) else []
    return [*words, *typist.more("sue")]


def advancing(typist: Typist, _: Path, reference: str) -> list[str]:
    event, person, given = typist.random.choice(
        (
            ("log", "sue", f"story={typist.some('They rang.')}"),
            ("record_answer", "sue", f"agrees={typist.some('yes', 'no')}"),
            ("submit", "sue", f"sitting={typist.some('2026-01-14')}"),
            ("panel_agrees", "pam", f"sat.{typist.some('la')}={typist.some('present')}"),
            ("educate", "lea", typist.some("story=x")),
        )
    )
    words = ["advance", typist.some(reference), typist.some(event), given]
    if typist.chance(0.2):
        words += ["--because", f"{typist.some('two_sat')}={typist.some('by telephone')}"]
    if typist.chance(0.3):
        words += ["--seen", typist.some("1", "2")]
    return [*words, *typist.more(person)]


def correcting(typist: Typist, _: Path, reference: str) -> list[str]:
    fact = f"{typist.some('story', 'agrees')}={typist.some('yes', 'no')}"
    words = ["correct", typist.some(reference), fact]
    if typist.chance(0.3):
        words += ["--forget", typist.some("secret")]
    return [*words, "--reason", typist.some("The letter says so."), *typist.more("max")]


def importing(typist: Typist, folder: Path, _: str) -> list[str]:
    file = typist.file(folder / "sheet.csv", _SHEET)
    return ["import", typist.some("one-of-each"), file, *typist.more("sue")]


def changing_days(typist: Typist, folder: Path, _: str) -> list[str]:
    good, name = typist.random.choice(((_YEAR, "days.csv"), (_ICS, "days.ics")))
    options = typist.random.sample(["--dry-run", "--confirm", "--json"], 1)
    area = typist.some("one-of-each", "oak")
    return ["calendar", "import", area, typist.file(folder / name, good), *options]


def checking(typist: Typist, folder: Path, _: str) -> list[str]:
    good = (folder / "states" / "one-of-each" / "lifecycle.yaml").read_bytes()
    file = folder / "spoilt" / "one-of-each" / "lifecycle.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    good = BOMB if typist.chance(0.05) else good
    said = typist.random.choice(([], ["--json"]))
    return ["policy", "check", typist.file(file, good), *said]


def anything(typist: Typist, _: Path, reference: str) -> list[str]:
    sitting, because = "one-of-each/panel/2026-01-14", ("--reason", "It was wrong.")
    words = typist.random.choice(
        (
            ("show", reference), ("choices", reference), ("history", reference, "--full"),
            ("worklist",), ("forum", "sitting", sitting), ("forum", "agenda", sitting),
            ("register", "list"), ("register", "pupil", "n1", "Somebody", "--born", "2014-03-01"),
            ("register", "person", "zed", "Zed", "school@oak"), ("policy", "list"),
            ("register", "organisation", "ash", "Ash", "urn=1"), ("policy", "trace", "one-of-each"),
            ("reverse", reference, *because), ("hand-over", reference, "lea", *because),
            ("erase", reference, "story", *because), ("adopt", reference, "--dry-run"),
            ("policy", "show", "one-of-each"), ("calendar", "show", "one-of-each"),
            ("verify", reference), ("sweep",), ("verify",),
        )
    )  # fmt: skip
    shown = [typist.some(one) for one in words]
    acts = words[0] in ("show", "choices", "history", "worklist", "adopt", "agenda", *because)
    return [*shown, *(typist.more("max") if acts or "--reason" in words else ())]


@pytest.mark.parametrize(
    ("typed", "times", "outcomes"),
    [
        (opening, 120, {0, 1, 2}),
        (advancing, 150, {0, 1, 2, 3}),
        (correcting, 100, {0, 2}),
        (importing, 100, {0, 2}),
        (changing_days, 100, {0, 2}),
        (checking, 120, {0, 2}),
        (anything, 150, {0, 2}),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_nothing_that_is_typed_gives_a_traceback_or_changes_anything_when_refused(
    office: Office,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    typed: Typed,
    times: int,
    outcomes: set[int],
) -> None:
    """I8: every exit code is one of the four, and bad input (2) leaves every row as it was."""
    codes = Counter[int]()
    times = times if office.work.store.dialect == "sqlite" else times // 2
    reference = office.opened(agrees=True)
    office.done(reference, "log", "sue", story="It began.")
    for seed in range(times):
        words = typed(Typist(seed), tmp_path, reference)
        before = rows(office.work.store)
        code = cli.run(words)
        said = capsys.readouterr()
        shown = [one[:200] for one in words]
        assert code in (0, 1, 2, 3), shown
        assert "Traceback" not in said.out + said.err, shown
        if code == 2:
            assert said.err.strip() or said.out.strip(), shown
            # Of a spreadsheet with a bad row the good ones are opened all the same.
            opened = typed is importing and ("Opened" in said.out or said.out.startswith("["))
            assert opened or rows(office.work.store) == before, shown
        codes[code] += 1
    assert set(codes) >= outcomes, codes
    assert faults(office.work) == []


def test_whatever_is_asked_is_taken_or_refused_in_words(office: Office) -> None:
    """I8: answers of any shape, as another program may send them, are an error with words."""
    random, states = Random(8), Counter[str]()
    references = [office.opened(f"p{number}", agrees=True) for number in (1, 2, 3)]
    for _ in range(400):
        reference, asked = _asked(random, random.choice(references))
        before = rows(office.work.store)
        try:
            request = office.work.ask(reference, asked, START, random.choice((None, word(random))))
            states[office.work.apply(request.id, START).state] += 1
        except ApflowError as fault:
            said = str(fault)
            states[type(fault).__name__] += 1
        else:
            continue
        assert said
        assert rows(office.work.store) == before
    assert min(states[one] for one in ("applied", "refused", "BadInput", "Unknown")) > 5, states
    assert not set(states) & {"StoreError", "Busy", "Taken"}, states
    assert faults(office.work) == []


def _asked(random: Random, reference: str) -> tuple[str, Asked]:
    def some(*good: str) -> str:
        return random.choice(good) if random.random() < 0.95 else word(random)

    event = some(
        "log", "record_answer", "submit", "correct_facts", "reverse_step", "erase", "hand_over"
    )
    facts = ("story", "agrees", "sat", "sitting", "excluded_on", "owner", "facts")
    answers = {some(*facts): shapeless(random) for _ in range(random.randrange(3))}
    if event == "log" and random.random() < 0.5:
        answers = {"story": "They rang."}
    reasons = {some("two_sat"): word(random)} if random.random() < 0.1 else {}
    seen = random.choice((None, None, None, 0, 1, -1, 2**31, 10**30))
    person = some("max") if event in HOUSE_EVENTS else some("sue")
    return some(reference), Asked(event, person, None, answers, reasons, None, some("x"), seen)


def test_a_row_that_cannot_be_taken_enters_no_child_in_the_register(
    office: Office, tmp_path: Path
) -> None:
    """I8: what is wrong with a row is said, and the pupil whom it names is not kept."""
    sheet = tmp_path / "sheet.csv"
    sheet.write_bytes(_SHEET.replace(b"oak,yes", b"ook,yes"))
    assert cli.run(["import", "one-of-each", str(sheet), "--as", "sue"]) == 2
    with office.work.store.reading() as tx:
        assert register.get_pupil(tx, "x9") is None
    sheet.write_bytes(_SHEET)
    assert cli.run(["import", "one-of-each", str(sheet), "--as", "sue"]) == 0
    with office.work.store.reading() as tx:
        assert register.get_pupil(tx, "x9") is not None
