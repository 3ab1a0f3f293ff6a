"""Hostile texts give one clear fault, quickly, and nothing of Python shows."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apflow.policy.compiled import Compiled, ConditionFault, Faulty, View, compile_lifecycle
from apflow.policy.conditions.parser import DEEPEST, LONGEST_TEXT, parse
from apflow.policy.conditions.tokens import CannotRead
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.situation import Situation

Compile = Callable[[str], Compiled]

HOSTILE = (
    "__import__('os').system('id')",
    "excluded.__class__.__mro__",
    "().__class__.__bases__[0].__subclasses__()",
    "(lambda: excluded)()",
    "lambda x: x",
    "[x for x in excluded]",
    "{x for x in excluded}",
    "any(x for x in excluded)",
    "f'{excluded}'",
    "f\"{__import__('os')}\"",
    "(n := 5) > 3",
    "9**9**9 > 1",
    "9**9**9**9**9**9",
    "1" * 1_900 + " > 1",
    "9" * 1_000_000,
    "number > " + "9" * 10,
    "excluded" + " and excluded" * 100_000,
    "(" * 1_000 + "excluded" + ")" * 1_000,
    "not " * 499 + "x",
    "-" * 1_000 + "1 > 0",
    "known(" * 300 + "excluded" + ")" * 300,
    "[" * 1_000,
    "excluded\x00",
    "\x00",
    "excluded # a comment",
    "excluded; import os",
    "excluded\\\nand excluded",
    "exсluded",  # a Cyrillic letter
    "ｅxcluded",  # a full-width letter, which Python would take for the plain one
    "𝐞xcluded",
    "excluded\u202e",
    "'\u202e' == 'x'",
    "\ud800",
    "excluded\u00a0and excluded",
    "excluded\u2028",
    "b'x' == 'x'",
    "'a' 'b' == 'ab'",
    "'\\x41' == 'A'",
    "0x10 > 1",
    "1_000 > 1",
    "1e9 > 1",
    "1j > 1",
    "007 > 1 if 1",
    "... ",
    "*excluded",
    "**excluded",
    "excluded@excluded",
    "print(excluded)",
    "eval('1')",
    "known(x=1)",
    "known(*excluded)",
    "await excluded",
    "yield excluded",
    "None",
    "x" * 1_999,
    "number " + "+ 1 " * 400 + "> *",
)


@pytest.fixture(scope="module")
def compile_text(small_lifecycle: Callable[..., Lifecycle]) -> Compile:
    """Return a function that compiles one guard with this text."""
    facts = {"excluded": {"type": "yes_no", "ask": "?"}, "number": {"type": "number", "ask": "?"}}

    def build(text: str) -> Compiled:
        guard = {"title": "G", "require": text, "otherwise": "No."}
        return compile_lifecycle(small_lifecycle(facts=facts, guards={"guard": guard}))

    return build


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:40])
def test_a_hostile_text_is_one_fault_told_at_once(compile_text: Compile, text: str) -> None:
    began = time.process_time()
    with pytest.raises(Faulty) as raised:
        compile_text(text)
    assert time.process_time() - began < 0.5
    fault = raised.value.faults[0]
    assert isinstance(fault, ConditionFault)
    assert fault.path == ("guards", "guard", "require")
    assert 1 <= fault.column <= len(text) + 1
    assert len(fault.says) < 300
    assert fault.says.isprintable()


def test_what_a_hostile_text_says_is_plain(compile_text: Compile) -> None:
    def says(text: str) -> str:
        with pytest.raises(Faulty) as raised:
            compile_text(text)
        ((_, column, told),) = raised.value.faults
        return f"{column}: {told}"

    assert says("exсluded") == (
        "3: 'с' (U+0441 CYRILLIC SMALL LETTER ES) has no place in a condition"
    )
    assert says("excluded\x00") == "9: the control character U+0000 has no place in a condition"
    assert says("9" * 1_000_000) == "1: a condition has at most 2,000 characters, not 1,000,000"
    assert says("9**9**9") == (
        "2: '*' has no place in a condition: only + - * stand between numbers"
    )
    assert says("__import__('os')") == "1: there is no function '__import__'"
    assert says("excluded.__class__") == (
        "1: 'excluded' is no organisation; only an organisation has particulars"
    )


def test_text_may_be_as_long_and_as_deep_as_said_and_no_more(
    compile_text: Compile, situation_of: Callable[..., Situation]
) -> None:
    deepest = "(" * (DEEPEST - 1) + "excluded" + ")" * (DEEPEST - 1)
    longest = "excluded" + " and excluded" * 153
    longest += " " * (LONGEST_TEXT - len(longest))
    sum_of_many = "number" + "+1" * 900 + " > 0"
    situation = situation_of({"excluded": True, "number": 0})
    for text in (deepest, longest, sum_of_many):
        compiled = compile_text(text)
        condition = compiled.at("guards", "guard", "require")
        assert condition is not None
        assert View(compiled, situation).ask(condition) is True
    for text in (f"({deepest})", f"{longest} "):
        with pytest.raises(Faulty):
            compile_text(text)


def test_products_that_outgrow_all_counting_are_not_known(
    small_lifecycle: Callable[..., Lifecycle], situation_of: Callable[..., Situation]
) -> None:
    """Thirty facts that square one another would have three hundred million digits."""
    facts = {"n0": {"type": "number", "ask": "?"}}
    facts |= {f"n{i}": {"type": "number", "is": f"n{i - 1} * n{i - 1}"} for i in range(1, 30)}
    view = View(compile_lifecycle(small_lifecycle(facts=facts)), situation_of({"n0": 2}))
    assert view.value("n5") == 2**32
    assert view.value("n29") is None


@given(text=st.text(max_size=60) | st.text("()[]'.,+-*<>=! andornotinx1\n", max_size=60))
def test_any_text_is_read_or_told_off(text: str) -> None:
    column, says = 1, ""
    try:
        parse(text)
    except CannotRead as fault:
        column, says = fault.column, fault.says
    assert 1 <= column <= len(text) + 1
    assert says.isprintable()


WORDS = st.sampled_from(
    (
        "excluded", "number", "today", "place_free", "known", "count", "within", "'place'", "'day'",
        "(", ")", ",", "and", "or", "not", "in", "==", "<", "+", "-", "*", "3", "state", "'asked'",
    )
)  # fmt: skip


@given(words=st.lists(WORDS, max_size=12))
def test_any_words_of_the_language_are_compiled_and_asked_or_told_off(
    compile_text: Compile, situation_of: Callable[..., Situation], words: list[str]
) -> None:
    text, answers, columns = " ".join(words), [], []
    try:
        compiled = compile_text(text)
    except Faulty as faulty:
        columns = [fault.column for fault in faulty.faults]
    else:
        condition = compiled.at("guards", "guard", "require")
        assert condition is not None
        for facts in ({}, {"excluded": True, "number": 4}):
            answers.append(View(compiled, situation_of(facts)).ask(condition))
    assert all(1 <= column <= len(text) + 1 for column in columns)
    assert all(answer in (True, False, None) for answer in answers)
    assert columns or answers
