"""What is said in words: names, conditions, the table, Mermaid, and how lines are broken."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apflow.diagram import STAYS, drawings, in_words, markdown, mermaid
from apflow.diagram.metrics import Type, width, wrapped
from apflow.diagram.words import Words, clean
from apflow.policy.lifecycle import Lifecycle

Build = Callable[..., Lifecycle]
PLAIN = Type(12, 15)


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (None, ""),
        (True, ""),
        ("permanently_excluded", "permanently excluded"),
        ("not (place_free and next_in_line)", "not (place free and next in line)"),
        ("key_stage == 'KS4'", "key stage is KS4"),
        ("rank<=3 and age >= 11", "rank at most 3 and age at least 11"),
        ("not known(placement_start)", "placement start not known"),
        ("count('hold_review') > 0", "hold review recorded"),
    ],
)
def test_a_condition_is_said_in_words(
    lifecycle: Build, condition: str | bool | None, said: str
) -> None:
    assert Words(lifecycle("a", "start open a")).condition(condition) == said


def test_a_name_keeps_the_capitals_that_titles_give_its_words(
    policies: dict[str, Lifecycle],
) -> None:
    words = Words(policies["maidstone-and-malling"])
    assert words.name("caf_done") == "CAF done"
    assert words.name("pru_consulted") == "PRU consulted"
    assert words.name("in_care") == "in care"


def test_a_guard_says_its_force_where_it_is_not_the_usual_one(lifecycle: Build) -> None:
    guards = {
        "safe_on_site": {"require": "x", "otherwise": "No.", "force": "law"},
        "papers_in": {"require": "x", "otherwise": "No.", "force": "should"},
        "agreed": {"require": "x", "otherwise": "No.", "title": "The parent agrees"},
    }
    words = Words(lifecycle("a", "start open a", guards=guards))
    assert words.guards(guards) == "safe on site (law), papers in (advised), The parent agrees"


def test_the_table_has_every_transition_with_everything_that_it_asks(policy: Lifecycle) -> None:
    rows = in_words(policy)
    assert len(rows) == len(policy.transitions)
    for row, transition in zip(rows, policy.transitions, strict=True):
        assert row.event == policy.events[transition.event].title
        assert len(row.guards) == len(transition.guards)
        assert len(row.who) == len(transition.by)
        assert bool(row.only_if) == (transition.when is not None)
        moved = transition.to is not None
        assert row.target == (policy.states[str(transition.to)].title if moved else STAYS)
        assert row.source[0].isupper()


def test_the_table_says_any_open_state_rather_than_all_of_them(lifecycle: Build) -> None:
    built = lifecycle("a b", "start open a", "any note -", "a go b")
    assert [row.source for row in in_words(built)] == ["Start", "Any open state", "A"]


def test_a_hostile_title_stays_in_its_cell_of_the_table(lifecycle: Build) -> None:
    title = "a | b\n| --- | <img src=x onerror=alert(1)> [x](javascript:y) `z` **k** \\"
    built = lifecycle("a", "start open a", titles={"a": title, "open": title, "title": title})
    (row,) = markdown(built).splitlines()[2:]
    cells = re.split(r"(?<!\\)\|", row)
    assert len(cells) == 8
    assert not re.search(r"(?<!\\)[<\[\]`*]", row)
    assert drawings(built)["small.md"].startswith("# a \\| b \\| \\-\\-\\- \\|")


LINE = re.compile(
    r"""\ {4}(?:direction\ TB
    |state\ "[^"\n]*"\ as\ \w+
    |(?:\w+|\[\*\])\ -->\ (?:\w+|\[\*\])(?:\ :\ [^:\n{}<>\[\]*"`%\\|]+)?
    |note\ right\ of\ \w+\ :\ [^:\n{}<>\[\]*"`%\\|]+
    |classDef\ \w+\ [\w:,#]+
    |class\ [\w,]+\ \w+)""",
    re.VERBOSE,
)


def well_formed(text: str) -> bool:
    head, title, end, kind, *lines = text.splitlines()
    frame = (head, end, kind) == ("---", "---", "stateDiagram-v2")
    strange = [line for line in lines if not LINE.fullmatch(line)]
    # A semicolon ends a statement unless it closes an entity such as #34;
    loose = [line for line in lines if ";" in re.sub(r"#\d+;", "", line)]
    return frame and title.startswith('title: "') and not strange and not loose


def test_mermaid_shows_every_state_and_every_way(policy: Lifecycle) -> None:
    text = mermaid(policy)
    assert well_formed(text)
    for name, state in policy.states.items():
        assert f" as {name}\n" in text
        assert (f"{name} --> [*]" in text) == (state.final is not None)
    for transition in policy.transitions:
        for source in policy.sources(transition):
            start = "[*]" if source == "start" else source
            if transition.to is not None:
                assert f"    {start} --> {transition.to} : " in text


@pytest.mark.parametrize(
    "title",
    [
        'say "no"; a: b',
        "x\nend note\n}",
        "--> [*] : %% comment #35; &lt; <b>",
        "{{x}} `y` \\ | *z*",
    ],
)
def test_a_hostile_title_stays_on_its_line_of_mermaid(lifecycle: Build, title: str) -> None:
    names = ("title", "a", "end_b", "open", "go", "note", "school")
    built = lifecycle(
        "a",
        "start open a",
        "a go end_b",
        "a note -",
        aside="end_b",
        titles=dict.fromkeys(names, title),
    )
    assert well_formed(mermaid(built))


def test_a_state_may_be_called_like_a_word_of_mermaid(lifecycle: Build) -> None:
    text = mermaid(lifecycle("end note", "start open end", "end go note"))
    assert "    end_ --> note_ : Go (School)" in text
    assert well_formed(text)


@given(st.text())
def test_a_clean_text_is_one_line_that_any_file_may_hold(text: str) -> None:
    cleaned = clean(text)
    assert cleaned == " ".join(cleaned.split())
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned
    assert not re.search("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e]", cleaned)
    assert clean(cleaned) == cleaned


LETTERS = st.characters(codec="utf-8", exclude_categories=["C", "Z"])


@given(st.text(LETTERS | st.sampled_from(" -")), st.integers(40, 300), st.booleans())
def test_broken_lines_keep_every_letter_and_fit_the_room(text: str, room: int, even: bool) -> None:
    lines = wrapped(text, PLAIN, room, most=10_000, even=even)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width(line, PLAIN) <= room for line in lines)


def test_a_text_over_the_most_lines_ends_in_an_ellipsis() -> None:
    lines = wrapped("word " * 50, PLAIN, 100, most=3)
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert width(lines[-1], PLAIN) <= 100


def test_a_line_may_end_after_a_hyphen() -> None:
    assert wrapped("Pre-admission meeting", PLAIN, 85, even=True) == ("Pre-admission", "meeting")
    assert wrapped("Pre-admission", PLAIN, 60) == ("Pre-", "admission")
