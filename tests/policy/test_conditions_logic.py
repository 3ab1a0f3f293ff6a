"""The laws of three answers: yes, no, not known yet."""

import itertools
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apflow.policy.compiled import Compiled, View, compile_lifecycle
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.situation import Situation, Ticked

Truth = bool | None
ANSWERS: tuple[Truth, ...] = (True, False, None)
YES_NO_FACTS = ("a", "b", "c", "d")


class Formula(NamedTuple):
    """A condition and what it should answer, worked out another way."""

    text: str
    answer: Callable[[dict[str, Truth]], Truth]


def _rank(answer: Truth) -> int:
    return {False: 0, None: 1, True: 2}[answer]


def _least(answers: list[Truth]) -> Truth:
    return min(answers, key=_rank)


def _most(answers: list[Truth]) -> Truth:
    return max(answers, key=_rank)


def _negated(part: Formula) -> Formula:
    def answer(known: dict[str, Truth]) -> Truth:
        found = part.answer(known)
        return None if found is None else not found

    return Formula(f"not ({part.text})", answer)


def _joined(word: str, parts: list[Formula]) -> Formula:
    pick = _least if word == "and" else _most
    text = f" {word} ".join(f"({part.text})" for part in parts)
    return Formula(text, lambda known: pick([part.answer(known) for part in parts]))


def _grown(inner: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
    several = st.lists(inner, min_size=2, max_size=4)
    return st.one_of(
        inner.map(_negated), st.builds(_joined, st.sampled_from(("and", "or")), several)
    )


def _of_fact(name: str) -> Formula:
    return Formula(name, lambda known: known.get(name))


FORMULAS = st.recursive(st.sampled_from(YES_NO_FACTS).map(_of_fact), _grown, max_leaves=12)
KNOWN: st.SearchStrategy[dict[str, Truth]] = st.dictionaries(
    st.sampled_from(YES_NO_FACTS), st.booleans()
)


@pytest.fixture(scope="module")
def compiled_with(small_lifecycle: Callable[..., Lifecycle]) -> Callable[[str], Compiled]:
    """Return a function that compiles one text as the fact `answer`, beside other facts."""
    yes_no = {"type": "yes_no", "ask": "?"}
    facts: dict[str, Any] = {
        **dict.fromkeys(YES_NO_FACTS, yes_no),
        "number": {"type": "number", "ask": "?"},
        "hidden": {"type": "number", "ask": "?", "when": "a"},
        "stage": {"type": "choice", "ask": "?", "options": {"x": "X", "y": "Y"}},
        "tried": {"type": "choices", "ask": "?", "options": {"x": "X", "y": "Y"}},
        "papers": {"type": "papers", "ask": "?", "entries": {"p": {}, "q": {"when": "b"}}},
        "rank": {
            "type": "number",
            "choose": [{"when": "a and b", "is": 1}, {"when": "c", "is": "number"}, {"is": 9}],
        },
    }

    def build(text: str) -> Compiled:
        answer = {"type": "yes_no", "is": text}
        places = {
            "pool": {"when": "d", "capacity": 1, "held_in": "placed"},
            "other": {"when": "not c", "capacity": 1, "held_in": "placed"},
        }
        lifecycle = small_lifecycle(facts={**facts, "answer": answer}, places=places)
        return compile_lifecycle(lifecycle)

    return build


@pytest.mark.parametrize("number_of_parts", [2, 3])
@pytest.mark.parametrize("word", ["and", "or"])
def test_and_is_the_least_of_its_parts_and_or_the_most(
    compiled_with: Callable[[str], Compiled],
    situation_of: Callable[..., Situation],
    word: str,
    number_of_parts: int,
) -> None:
    names = YES_NO_FACTS[:number_of_parts]
    compiled = compiled_with(f" {word} ".join(names))
    for answers in itertools.product(ANSWERS, repeat=number_of_parts):
        facts = {n: a for n, a in zip(names, answers, strict=True) if a is not None}
        wanted = (_least if word == "and" else _most)(list(answers))
        assert View(compiled, situation_of(facts)).value("answer") is wanted


@given(formula=FORMULAS, known=KNOWN)
def test_every_formula_answers_as_kleene_says(
    compiled_with: Callable[[str], Compiled],
    situation_of: Callable[..., Situation],
    formula: Formula,
    known: dict[str, Truth],
) -> None:
    view = View(compiled_with(formula.text), situation_of(known))
    assert view.value("answer") is formula.answer(known)


@given(parts=st.lists(FORMULAS, min_size=2, max_size=3), known=KNOWN)
def test_not_turns_and_into_or(
    compiled_with: Callable[[str], Compiled],
    situation_of: Callable[..., Situation],
    parts: list[Formula],
    known: dict[str, Truth],
) -> None:
    one = _negated(_joined("and", parts)).text
    other = _joined("or", [_negated(part) for part in parts]).text
    situation = situation_of(known)
    assert View(compiled_with(one), situation).value("answer") is View(
        compiled_with(other), situation
    ).value("answer")


# Everything but known, latest and earliest: those tell what is known from what is not, on purpose.
ATOMS = st.sampled_from(
    (
        *YES_NO_FACTS, "number > 3", "number in (1, 2)", "rank == 1", "rank + number >= 9",
        "hidden <= number", "stage == 'x'", "stage not in ('x')", "'x' in tried",
        "how_many(tried) > 1", "how_many(papers) == 1", "complete(papers)", "answered(papers)",
        "has(papers, 'q')", "place_free", "next_in_line", "count('place') > 0", "a == b",
    )
)  # fmt: skip
TEXTS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        inner.map("not ({})".format),
        st.tuples(inner, st.sampled_from(("and", "or")), inner).map(
            lambda t: "({}) {} ({})".format(*t)
        ),
    ),
    max_leaves=8,
)
TICKED = st.dictionaries(
    st.sampled_from(("p", "q")), st.sampled_from((Ticked("present"), Ticked("awaited")))
)
FACTS = st.fixed_dictionaries(
    {
        **dict.fromkeys(YES_NO_FACTS, st.booleans()),
        "number": st.integers(0, 10),
        "hidden": st.integers(0, 10),
        "stage": st.sampled_from("xy"),
        "tried": st.sampled_from(((), ("x",), ("x", "y"))),
        "papers": TICKED,
    }
)


@given(
    text=TEXTS,
    facts=FACTS,
    learned=st.lists(st.sampled_from(("papers", "hidden", "number", *YES_NO_FACTS))),
    free=st.dictionaries(st.sampled_from(("pool", "other")), st.integers(-1, 1)),
    data=st.data(),
)
def test_learning_a_fact_never_turns_a_yes_or_a_no_around(
    compiled_with: Callable[[str], Compiled],
    situation_of: Callable[..., Situation],
    text: str,
    facts: dict[str, Any],
    learned: list[str],
    free: dict[str, int],
    data: st.DataObject,
) -> None:
    unknown = data.draw(st.sets(st.sampled_from(tuple(facts))))
    compiled = compiled_with(text)
    known = {name: value for name, value in facts.items() if name not in unknown}
    before = View(compiled, situation_of(known, free=free)).value("answer")
    for name in learned:
        known[name] = facts[name]
        after = View(compiled, situation_of(dict(known), free=free)).value("answer")
        assert before is None or after is before
        before = after


@given(text=TEXTS, facts=FACTS)
def test_with_every_fact_known_there_is_an_answer(
    compiled_with: Callable[[str], Compiled],
    situation_of: Callable[..., Situation],
    text: str,
    facts: dict[str, Any],
) -> None:
    view = View(compiled_with(text), situation_of({**facts, "a": True}))
    assert view.value("answer") in (True, False)
