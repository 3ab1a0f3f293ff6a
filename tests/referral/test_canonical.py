"""The canonical text of a value: RFC 8785's, whichever library writes it."""

from datetime import date
from enum import StrEnum

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from apflow.referral.canonical import canonical

WHOLE = st.integers(-(2**53) + 1, 2**53 - 1)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | WHOLE | TEXT | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(TEXT | st.sampled_from("abc"), inner, max_size=4)
    ),
    max_leaves=20,
)


class Word(StrEnum):
    YES = "yes"


@given(VALUES)
def test_the_text_is_the_one_that_the_rfcs_own_library_gives(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        # From RFC 8785 itself: sorted by UTF-16, escapes and numbers as ECMAScript writes them.
        (
            {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7},
            '{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}',
        ),
        (
            [333333333.33333329, 1e30, 4.50, 2e-3, 1e-27],
            "[333333333.3333333,1e+30,4.5,0.002,1e-27]",
        ),
        ("\u20ac$\u000f\u000aA'\u0042\u0022\u005c\"/", '"€$\\u000f\\nA\'B\\"\\\\\\"/"'),
        ({"b": [], "a": {}, "c": (1, None, True)}, '{"a":{},"b":[],"c":[1,null,true]}'),
    ],
)
def test_what_the_rfc_gives_as_examples_is_written_so(value: object, text: str) -> None:
    assert canonical(value).decode() == text


@pytest.mark.parametrize(
    "value",
    [2**53, -(2**53), 2**70, float("nan"), date(2026, 2, 12), {1: "a"}, {"a": {1: 2}}, object(),
     [Word], b"bytes"],
)  # fmt: skip
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(rfc8785.CanonicalizationError):
        canonical(value)


@pytest.mark.parametrize("value", ["\ud800", {"\udc00": 1}, ["a", {"b": "\ud83d"}]])
def test_half_of_a_surrogate_pair_is_refused(value: object) -> None:
    with pytest.raises((rfc8785.CanonicalizationError, UnicodeError)):
        canonical(value)
