"""What others did first is in the way of what somebody asks only where it matters to it."""

from datetime import date, datetime

from hypothesis import event as seen_of
from hypothesis import given
from hypothesis import strategies as st

from apflow.catalogue import read_lifecycle_text
from apflow.clock import LONDON
from apflow.policy.compiled import compile_lifecycle
from apflow.referral import GENESIS, HOUSE_RECORDS, Recorded, Step
from apflow.referral.overtaking import overtaken
from tests.small_office import POLICIES

FILE = POLICIES / "one-of-each" / "lifecycle.yaml"
COMPILED = compile_lifecycle(read_lifecycle_text(FILE.read_text(encoding="utf-8"), "one-of-each"))
FACTS = COMPILED.lifecycle.facts
TEXTS = {name for name, fact in FACTS.items() if fact.type == "text"}
AT = datetime(2026, 1, 14, 10, tzinfo=LONDON)
#: What stands in the file: where each event may be asked from, what its guards read, and whether
#: it leads back into that state as if it were new.
EVENTS: dict[tuple[str, str], tuple[set[str], bool]] = {
    ("draft", "submit"): ({"agrees", "excluded", "story"}, False),
    ("draft", "record_answer"): (set(), False),
    ("placed", "review"): (set(), True),
    ("placed", "log"): (set(), False),
    ("placed", "go_back"): (set(), False),
    ("placed", "correct_facts"): (set(), True),
}


def a_step(seq: int, event: str, target: str, changed: frozenset[str], source: str) -> Step:
    values = tuple(Recorded("answer", name, "", None, None) for name in changed)
    return Step(
        "OE-1", seq, event, source, target, "ann", "la", date(2026, 1, 14), AT, (), None, "d",
        None, {}, GENESIS, b"", "", values,
    )  # fmt: skip


@st.composite
def others(draw: st.DrawFn, state: str) -> list[Step]:
    """Draw what others did: most of it left the referral where it stands."""
    return [
        a_step(
            seq,
            draw(st.sampled_from(["log", "record_answer", "correct_facts", *HOUSE_RECORDS])),
            state,
            frozenset(draw(st.sets(st.sampled_from(sorted(FACTS)), max_size=2))),
            draw(st.sampled_from([state] * 9 + ["elsewhere"])),
        )
        for seq in range(draw(st.integers(0, 4)))
    ]


@given(st.data())
def test_only_a_move_or_a_change_of_what_is_read_or_answered_is_in_the_way(
    data: st.DataObject,
) -> None:
    (state, event), (read, again) = data.draw(st.sampled_from(list(EVENTS.items())))
    answered = data.draw(st.sets(st.sampled_from(sorted(FACTS)), max_size=3))
    since = data.draw(others(state))
    people = [step for step in since if step.event not in HOUSE_RECORDS]
    changed = [{value.name for value in step.values} for step in people]
    mine = answered if again else answered - TEXTS
    in_the_way = [
        (step, names & (read | mine))
        for step, names in zip(people, changed, strict=True)
        if step.source != step.target or names & (read | mine)
    ]
    found = overtaken(COMPILED, state, event, answered, since)
    seen_of("in the way" if in_the_way else "not in the way")
    assert found == ((in_the_way[0][0], frozenset(in_the_way[0][1])) if in_the_way else None)


@given(st.data())
def test_who_only_writes_is_never_in_the_way_of_others_who_only_write(data: st.DataObject) -> None:
    texts = st.frozensets(st.sampled_from(sorted(TEXTS)), min_size=1)
    since = [
        a_step(seq, "log", "placed", data.draw(texts), "placed")
        for seq in range(data.draw(st.integers(1, 5)))
    ]
    assert overtaken(COMPILED, "placed", "log", data.draw(texts), since) is None
    assert overtaken(COMPILED, "placed", "review", TEXTS, since) is not None
