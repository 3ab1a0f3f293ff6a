"""The search behind the proof: never wrong about what is impossible, and its cases are real."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apflow.policy.calendar import Calendar
from apflow.policy.check.footing import Footing
from apflow.policy.check.formulas import Formulas
from apflow.policy.check.truth import (
    NO,
    NOT_KNOWN,
    UNKNOWN,
    YES,
    Assignment,
    Constant,
    Every,
    Leaf,
    Rows,
    Search,
    Some,
    TooManyError,
)
from apflow.policy.check.variables import Variables
from apflow.policy.check.ways import Ways
from apflow.policy.compiled import Compiled, View, compile_lifecycle
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.situation import Situation, Tally, Ticked, Value

TODAY = date(2026, 2, 12)
ATOMS = [
    *("a", "b", "w", "known(a)", "known(n)", "known(w)", "known(r)", "home.listed", "known(s)"),
    *("n >= 3", "n < 5", "n == 4", "n != 4", "3 <= n", "n in (3, 4)", "n + 1 > 4", "n > -1"),
    *("c == 'x'", "c != 'y'", "c in ('x', 'z')", "c not in ('x', 'y')", "k == 'P'", "k != 'Q'"),
    *("r == 1", "r > 1", "r < n", "w == a", "a == true", "a != b", "n > s", "known(d)"),
    *("count('tell') > 1", "count('tell') == 0", "count('tell', d) > 0", "known(last('tell'))"),
    *("d >= e", "d < e", "e > d", "d <= today", "last('tell') >= d", "first('tell') < today"),
    *("latest(d, last('tell')) > e", "d > within(e, 2, 'week')", "entered('draft') <= today"),
    *("has(papers, 'form')", "complete(papers)", "how_many(papers) >= 1", "answered(papers)"),
    *("'one' in m", "how_many(m) == 1", "known(m)", "state == 'draft'", "role == 'la'", "g"),
]
FACTS = {
    **{name: {"type": "yes_no", "ask": "?"} for name in "ab"},
    "n": {"type": "number", "ask": "?", "min": -2, "max": 9},
    "c": {"type": "choice", "ask": "?", "options": {"x": "X", "y": "Y", "z": "Z"}},
    "m": {"type": "choices", "ask": "?", "options": {"one": "1", "two": "2"}},
    "d": {"type": "date", "ask": "?"},
    "e": {"type": "date", "ask": "?"},
    "g": {"type": "yes_no", "ask": "?", "when": "a"},
    "home": {"type": "organisation", "ask": "?", "has": {"listed": "yes_no"}},
    "papers": {
        "type": "papers",
        "ask": "?",
        "entries": {"form": {"title": "F"}, "note": {"title": "N", "when": "b"}},
    },
    "w": {"type": "yes_no", "is": "a and n > 3"},
    "r": {
        "type": "number",
        "choose": [{"when": "a", "is": 1}, {"when": "c == 'x'", "is": 2}, {"is": "n + 1"}],
    },
    "k": {
        "type": "choice",
        "options": {"P": "P", "Q": "Q"},
        "choose": [{"when": "n >= 5", "is": "P"}, {"is": "Q"}],
    },
}
conditions = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(
        st.builds("not ({})".format, inner),
        st.builds("({}) and ({})".format, inner, inner),
        st.builds("({}) or ({})".format, inner, inner),
    ),
    max_leaves=6,
)


@cache
def compiled_with(condition: str) -> Compiled:
    """Return a lifecycle with every kind of fact and one guard of this condition."""
    return compile_lifecycle(
        Lifecycle.model_validate(
            {
                "lifecycle": "small",
                "title": "Small",
                "road": ["draft", "done"],
                "phases": {"all": "All"},
                "settings": {"s": {"value": None, "type": "number"}},
                "roles": {"la": {}, "school": {}},
                "facts": FACTS,
                "guards": {"asked": {"require": condition, "otherwise": "No."}},
                "events": {
                    "open_it": {"title": "Open"},
                    "tell": {"title": "Tell", "may_ask": ["a", "b", "n", "c", "m", "d", "e"]},
                    "finish": {"title": "Finish"},
                },
                "states": {
                    "draft": {"title": "Draft", "phase": "all"},
                    "done": {"title": "Done", "phase": "all", "final": "good"},
                },
                "transitions": [
                    {"from": "start", "event": "open_it", "to": "draft", "by": "la"},
                    {"from": "draft", "event": "tell", "by": "la"},
                    {"from": "draft", "event": "finish", "to": "done", "by": "la"},
                ],
            }
        )
    )


def search(condition: str, wanted: int) -> Assignment | None:
    compiled = compiled_with(condition)
    footing = Footing(compiled, Ways(compiled.lifecycle))
    variables = Variables(footing, "draft")
    formula = Formulas(footing, variables).at("guards", "asked", "require")
    return Search(variables.domains).find(formula, wanted)


def answer(condition: str, situation: Situation) -> int:
    compiled = compiled_with(condition)
    asked = compiled.at("guards", "asked", "require")
    assert asked is not None
    said = View(compiled, situation).ask(asked)
    return UNKNOWN if said is None else YES if said else NO


days = st.integers(-20, 20).map(lambda n: TODAY + timedelta(days=n))
ticks = st.sampled_from([Ticked("present"), Ticked("awaited")])
known_facts = st.fixed_dictionaries(
    {},
    optional={
        **{name: st.booleans() for name in "abg"},
        "n": st.integers(-2, 9),
        "c": st.sampled_from(["x", "y", "z"]),
        "m": st.sampled_from([(), ("one",), ("two",), ("one", "two")]),
        "d": days,
        "e": days,
        "home": st.just("org"),
        "papers": st.dictionaries(st.sampled_from(["form", "note"]), ticks),
    },
)


def situation_of(
    facts: Mapping[str, Value], told: int, calendar: Calendar, *, listed: bool | None = None
) -> Situation:
    tally = Tally({"open_it": ((TODAY - timedelta(days=30), 1),)},
                  {"draft": ((TODAY - timedelta(days=30), 1),)})  # fmt: skip
    for seq in range(told):
        tally = tally.with_step("tell", None, TODAY - timedelta(days=9 - seq), 2 + seq)
    register = {} if listed is None else {"org": {"listed": listed}}
    return Situation("draft", facts, tally, calendar, TODAY, TODAY, register=register, role="la")


@given(conditions, known_facts, st.integers(0, 3), st.sampled_from([None, True, False]))
def test_what_really_comes_out_is_never_said_to_be_impossible(
    example_calendar: Calendar,
    condition: str,
    facts: Mapping[str, Value],
    told: int,
    listed: bool | None,
) -> None:
    situation = situation_of(facts, told, example_calendar, listed=listed)
    assert search(condition, answer(condition, situation)) is not None


#: What a case settles by itself: yes or no, numbers, choices, and how often something happened.
PLAIN = [
    *("a", "b", "w", "g", "known(a)", "known(n)", "known(w)", "known(r)", "known(last('tell'))"),
    *("n >= 3", "n < 5", "n == 4", "n != 4", "3 <= n", "n in (3, 4)", "n > -1", "w == a", "a != b"),
    *("c == 'x'", "c != 'y'", "c in ('x', 'z')", "c not in ('x', 'y')", "k == 'P'", "k != 'Q'"),
    *("count('tell') > 1", "count('tell') == 0", "state == 'draft'", "role == 'la'"),
]
plain_conditions = st.recursive(
    st.sampled_from(PLAIN),
    lambda inner: st.one_of(
        st.builds("not ({})".format, inner),
        st.builds("({}) and ({})".format, inner, inner),
        st.builds("({}) or ({})".format, inner, inner),
    ),
    max_leaves=6,
)


@given(plain_conditions, st.sampled_from([YES, NO, UNKNOWN]))
def test_a_case_that_was_found_comes_out_as_it_was_said_to(
    example_calendar: Calendar, condition: str, wanted: int
) -> None:
    case = search(condition, wanted)
    if case is None:
        return
    facts = {
        name: 0 if value == "something else" else value
        for name, value in case.items()
        if name in FACTS and value is not NOT_KNOWN
    }
    told = case.get("count('tell')", 0)
    assert isinstance(told, int)
    situation = situation_of(facts, told, example_calendar)  # type: ignore[arg-type]
    assert answer(condition, situation.but(role=case.get("role", "la"))) == wanted


@pytest.mark.parametrize(
    ("condition", "wanted", "possible"),
    [
        ("n >= 7 and n >= 10", YES, False),
        ("n >= 7 and n < 7", YES, False),
        ("n > 8 and n < 10", YES, True),
        ("n > 4 and n < 5", YES, False),
        ("n > 9", YES, False),
        ("c == 'x' and c == 'y'", YES, False),
        ("c != 'x' and c != 'y' and c != 'z'", YES, False),
        ("k == 'P' and n < 5", YES, False),
        ("k == 'P' or k == 'Q'", NO, False),
        ("r == 2 and a", YES, False),
        ("r == 2 and not a", YES, True),
        ("w and not a", YES, False),
        ("d < e and e < d", YES, False),
        ("d < e or e <= d", NO, False),
        ("known(n) and not known(w) and not a", YES, False),
        ("known(d) or not known(d)", NO | UNKNOWN, False),
        ("last('tell') <= today and count('tell') == 0", YES, False),
        ("count('tell') < 0", YES, False),
        ("count('finish') > 0", YES, False),
        ("a or not a", UNKNOWN, True),
        ("g and not a", YES, False),
        ("state == 'done'", YES, False),
    ],
)
def test_the_search_knows_what_follows_from_what(
    condition: str, wanted: int, possible: bool
) -> None:
    assert (search(condition, wanted) is not None) is possible


def test_a_search_with_too_many_cases_is_given_up() -> None:
    # Seven pigeons in six holes always share one, which only trying every case would show.
    holes = tuple(range(6))
    names = [f"pigeon {number}" for number in range(7)]

    def share(one: str, other: str) -> Some:
        return Some(tuple(Every((_sits(one, hole), _sits(other, hole))) for hole in holes))

    clash = Some(tuple(share(one, other) for one, other in combinations(names, 2)))
    with pytest.raises(TooManyError):
        Search(dict.fromkeys(names, holes), most=500).find(clash, NO)


def _sits(pigeon: str, hole: int) -> Leaf:
    return Leaf(pigeon, lambda value: value == hole)


def test_rows_give_the_first_that_holds_and_nothing_after_one_not_known() -> None:
    yes, no, unknown = Constant(YES), Constant(NO), Constant(UNKNOWN)
    search_ = Search({})
    assert Rows(((no, yes), (yes, no), (yes, yes))).answers(search_) == NO
    assert Rows(((unknown, yes), (yes, yes))).answers(search_) & UNKNOWN
    assert Rows(((no, yes),)).answers(search_) == UNKNOWN
