"""What the proof warns of: facts not asked on some way, settings without a value."""

from pathlib import Path

from tests.small_policy import small, warnings

STATES = (
    "seen: {title: Seen, phase: work, owner: la}\nagreed: {title: Agreed, phase: work, owner: la}"
)
FACTS = "age: {type: number, ask: Age}\nnote: {type: text, ask: Note}"
GUARD = "old_enough: {require: age > 7, otherwise: Too young.}"
EVENTS = (
    "see: {title: See, asks: [age]}\nskip: {title: Skip}\nagree: {title: Agree}\n"
    "close: {title: Close}\nadd: {title: Add, may_ask: [age]}"
)
LEAVING = "- {from: agreed, event: close, to: done, by: [la], guards: [old_enough]}"
BY_SEEING = (
    "- {from: draft, event: see, to: seen, by: [la]}\n- {from: seen, event: agree, to: agreed, "
    "by: [la]}"
)
BY_SKIPPING = "- {from: draft, event: skip, to: agreed, by: [la]}"


def gaps(folder: Path, *roads: str, guard: str = GUARD, events: str = EVENTS) -> list[str]:
    used = "- {from: draft, event: add, by: [school]}\n- {from: agreed, event: skip, by: [school]}"
    text = small(
        states=STATES,
        facts=FACTS,
        guards=guard,
        events=events,
        transitions="\n".join((*roads, LEAVING, used)),
    )
    text = text.replace("asks: [ready]", "asks: [ready], may_ask: [note]")
    return warnings(text, folder)


def test_a_fact_asked_on_every_way_is_no_gap(tmp_path: Path) -> None:
    assert gaps(tmp_path, BY_SEEING) == []


def test_a_way_past_the_question_is_shown(tmp_path: Path) -> None:
    (found,) = gaps(tmp_path, BY_SEEING, BY_SKIPPING)
    assert found == (
        "guards > old_enough > require: may stay not known when 'close' is taken in 'agreed': "
        "'age' is not asked there, nor on the way by 'open_it' and 'skip'"
    )


def test_an_event_on_the_spot_that_asks_closes_the_gap(tmp_path: Path) -> None:
    add = "- {from: agreed, event: add, by: [la]}"
    assert gaps(tmp_path, BY_SEEING, BY_SKIPPING, add) == []


def test_the_event_itself_asking_closes_the_gap(tmp_path: Path) -> None:
    asking = EVENTS.replace("close: {title: Close}", "close: {title: Close, may_ask: [age]}")
    assert gaps(tmp_path, BY_SEEING, BY_SKIPPING, events=asking) == []


def test_a_way_that_only_who_was_asked_can_take_is_no_gap(tmp_path: Path) -> None:
    shut = BY_SKIPPING.replace("by: [la]", "by: [la], when: known(age)")
    assert gaps(tmp_path, BY_SEEING, shut) == []


def test_a_way_behind_a_guard_over_the_fact_is_no_gap(tmp_path: Path) -> None:
    shut = BY_SKIPPING.replace("by: [la]", "by: [la], guards: [old_enough]")
    assert gaps(tmp_path, BY_SEEING, shut) == []


def test_a_way_that_needs_an_event_which_asks_is_no_gap(tmp_path: Path) -> None:
    shut = BY_SKIPPING.replace("by: [la]", "by: [la], when: count('see') > 0")
    back = "- {from: seen, event: skip, to: draft, by: [la]}"
    assert gaps(tmp_path, BY_SEEING, shut, back) == []


def test_a_guard_that_never_refuses_leaves_nobody_stuck(tmp_path: Path) -> None:
    advice = GUARD.replace("Too young.", "Too young., force: should")
    assert gaps(tmp_path, BY_SEEING, BY_SKIPPING, guard=advice) == []


def test_what_can_be_decided_without_the_fact_is_no_gap(tmp_path: Path) -> None:
    lenient = GUARD.replace("age > 7", "not known(age) or age > 7")
    assert gaps(tmp_path, BY_SEEING, BY_SKIPPING, guard=lenient) == []


def test_the_case_says_under_what_else_the_fact_is_missed(tmp_path: Path) -> None:
    some = GUARD.replace("age > 7", "ready or age > 7")
    (found,) = gaps(tmp_path, BY_SEEING, BY_SKIPPING, guard=some)
    assert found.endswith("for instance ready is no")


def test_a_guard_waiting_for_an_unset_setting_is_shown(tmp_path: Path) -> None:
    text = small(
        facts=FACTS,
        settings="least: {value: null, type: number}",
        guards="old_enough: {require: age > least, otherwise: Too young.}",
        transitions="- {from: draft, event: add, by: [la], guards: [old_enough]}",
        events="add: {title: Add, may_ask: [age, note]}",
    )
    assert warnings(text, tmp_path) == [
        "guards > old_enough > require: may stay not known until least has a value"
    ]


def test_a_guard_that_asks_whether_the_setting_is_known_does_not_wait(tmp_path: Path) -> None:
    text = small(
        facts=FACTS,
        settings="least: {value: null, type: number}",
        guards="old_enough: {when: known(least), require: age > least, otherwise: Too young.}",
        transitions="- {from: draft, event: add, by: [la], guards: [old_enough]}",
        events="add: {title: Add, may_ask: [age, note]}",
    )
    assert warnings(text, tmp_path) == []


def test_a_case_that_needs_the_events_left_out_is_no_gap(tmp_path: Path) -> None:
    after_seeing = GUARD.replace("age > 7", "count('see') == 0 or age > 7")
    assert gaps(tmp_path, BY_SEEING, BY_SKIPPING, guard=after_seeing) == []
