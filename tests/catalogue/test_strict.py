"""The strict reader: what the words mean, what is refused, where it stands, and how fast."""

import os
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apflow.catalogue import Document, read_text, read_yaml
from apflow.catalogue.strict import TOLD
from apflow.errors import Fault, PolicyError


def told(content: str | bytes) -> object:
    """Return what reading gives: the value, or what each fault says."""
    try:
        return read_text(content, "f.yaml").value is not None
    except PolicyError as error:
        return all(fault.says for fault in error.faults) and error.faults


def faults(content: str | bytes) -> tuple[Fault, ...]:
    with pytest.raises(PolicyError) as caught:
        read_text(content, "f.yaml")
    return caught.value.faults


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("12", 12),
        ("-3", -3),
        ("0", 0),
        ("2026-02-12", date(2026, 2, 12)),
        *((word, word) for word in ["yes", "no", "on", "off", "True", "FALSE", "Null", "y"]),
        *(
            (word, word)
            for word in [
                "12:30:00",
                "0x1F",
                "1_000",
                "1e3",
                "010",
                "1.5",
                "+1",
                ".inf",
                "=",
                "2026-2-1",
            ]
        ),
        ("2026-02-12T09:30:00Z", "2026-02-12T09:30:00Z"),
        ("'12'", "12"),
        ('"true"', "true"),
        ("'2026-02-12'", "2026-02-12"),
        ("not permanently_excluded", "not permanently_excluded"),
    ],
)
def test_a_word_means_only_what_it_says(word: str, meant: object) -> None:
    value = read_text(f"a: {word}\nb: 1\n", "f.yaml").value
    assert value == {"a": meant, "b": 1}
    assert type(value["a"]) is type(meant)


@pytest.mark.parametrize("key", ["on", "yes", "no", "off", "y", "True", "Null"])
def test_a_key_that_looks_like_yes_or_no_is_just_a_word(key: str) -> None:
    assert read_text(f"{key}: 1", "f.yaml").value == {key: 1}


@pytest.mark.parametrize(
    ("content", "at", "says"),
    [
        ("", (1, 1), "the file is empty"),
        ("# only a remark\n", (1, 1), "the file is empty"),
        ("a: 1\nb: 2\na: 3\n", (3, 1), "'a' stands twice, first on line 1"),
        ("a: {b: 1, b: 2}", (1, 11), "'b' stands twice"),
        ("a: &x 1", (1, 4), "anchors are not read"),
        ("a: *x", (1, 4), "aliases are not read"),
        ("a: !!str 1", (1, 4), "tags are not read"),
        ("a: ! 1", (1, 4), "tags are not read"),
        ("<<: {a: 1}", (1, 1), "<< is not a key"),
        ("12: a", (1, 1), "a key must be a word, not the number 12"),
        ("true: a", (1, 1), "a key must be a word, not true"),
        ("~: a", (1, 1), "a key must be a word, not nothing"),
        ("2026-02-12: a", (1, 1), "a key must be a word, not the date"),
        ("[a]: b", (1, 1), "a key must be a word, not a list"),
        ("? {a: 1}\n: b", (1, 3), "a key must be a word"),
        ("a: 2026-02-30", (1, 4), "there is no day 2026-02-30"),
        ("a: 1234567890123456", (1, 4), "a number has at most 15 digits"),
        ("%YAML 1.1\n---\na: 1", (1, 1), "lines that begin with %"),
        ("a: 1\n---\nb: 2", (2, 1), "a second document"),
        ("a: [1, 2", (2, 1), "a closing bracket is missing"),
        ("a: b: c", (1, 5), "a colon does not fit here"),
        ("a:\n\t- b", (2, 1), "tabs cannot indent"),
        ('a: "x', (1, 6), "a quote is not closed"),
        ("a: x\x00y", (1, 5), "U+0000 cannot be seen"),
        ("a: x\u202ey", (1, 5), "U+202E cannot be seen"),
        ("a: x\u2028y", (1, 5), "U+2028 cannot be seen"),
        ('a: "x\\0"', (1, 4), "cannot be seen"),
        ('a: "\\u202e"', (1, 4), "cannot be seen"),
        ("a: 1".encode("utf-16"), (1, 1), "UTF-16"),
        ("b: 1\na: café".encode("latin-1"), (2, 7), "0xe9 is not UTF-8"),
        (b"a: 1" + b" " * 300_000, (0, 0), "larger than 256 KB"),
    ],
)
def test_what_is_not_plain_is_refused_where_it_stands(
    content: str | bytes, at: tuple[int, int], says: str
) -> None:
    first = faults(content)[0]
    assert (first.line, first.column) == at
    assert says in first.says
    assert first.file == "f.yaml"


def test_every_fault_is_told_in_the_order_of_the_file() -> None:
    found = faults("a: 2026-02-30\nb: {c: 1, c: 2}\n12: x\na: 1\n")
    assert [fault.line for fault in found] == [1, 2, 3, 4]
    assert found[1].place == "b"


def test_beyond_fifty_faults_it_is_only_told_that_there_are_more() -> None:
    found = faults("".join(f"a{n}: 2026-02-30\n" for n in range(120)))
    assert len(found) == TOLD + 1
    assert found[-1].says == "and more faults"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_line_end_counts_as_one_line(line_end: str) -> None:
    found = faults(line_end.join(["a: 1", "b: 2", "a: 3"]))
    assert (found[0].line, found[0].column) == (3, 1)


def test_a_byte_order_mark_is_no_matter() -> None:
    assert read_text("\ufeffa: 1".encode(), "f.yaml").value == {"a": 1}


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join(['*' + old] * 9)}]\n" for old, new in ("ab", "bc", "cd", "de", "ef")
)


@pytest.mark.parametrize(
    "content",
    [
        BOMB,
        "[" * 20_000,
        "{a: " * 20_000,
        "- " * 20_000,
        "? " * 20_000,
        "a: [" + "1," * 60_000 + "1]",
        "a: '" + "x" * 10_000_000 + "'",
        "\n".join("a: 1" for _ in range(40_000)),
        '"' + "\\n" * 100_000 + '": 1',
        "x" * 200_000 + ": 1",
    ],
    ids=[
        "bomb",
        "brackets",
        "braces",
        "dashes",
        "questions",
        "list",
        "10 MB",
        "same",
        "key",
        "long",
    ],
)
def test_a_hostile_file_is_answered_in_well_under_a_second(content: str) -> None:
    begun = time.process_time()
    assert faults(content)
    assert time.process_time() - begun < 0.9


def test_what_is_no_file_is_said_to_be_none(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    wanted = {
        tmp_path: "is not a file",
        tmp_path / "none": "there is no such file",
        tmp_path / "pipe": "is not a file",
        Path("/dev/zero"): "is not a file",
        tmp_path / "a\0b": "cannot be read",
        tmp_path / ("x" * 5000): "cannot be read",
    }
    for path, says in wanted.items():
        with pytest.raises(PolicyError, match=says):
            read_yaml(path)


def test_an_unreadable_file_is_said_to_be_so(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_text("a: 1")
    assert read_yaml(path).value == {"a": 1}
    path.chmod(0)
    if not os.access(path, os.R_OK):  # root may read it all the same
        with pytest.raises(PolicyError, match="you may not read this file"):
            read_yaml(path)


@given(st.binary(max_size=400))
def test_no_bytes_give_anything_but_a_value_or_faults(content: bytes) -> None:
    assert told(content)


@given(st.text(alphabet="ab:-[]{}'\"#&*!|>%@,? \n\t0", max_size=80))
def test_no_punctuation_gives_anything_but_a_value_or_faults(content: str) -> None:
    assert told(content)


PLACES = """\
é: "üü"
k:
  - a: >-
      one two
      three == four
  - b: 'it''s here'
    c: "a\\tb \\u00e9 x"
    d: known(x)
      and  y
    e: |
      first
        second
"""


@pytest.fixture
def places() -> Document:
    return read_text(PLACES, "f.yaml")


@pytest.mark.parametrize(
    ("path", "word", "at"),
    [
        (("é",), "üü", (1, 5)),
        (("k", 0, "a"), "one", (4, 7)),
        (("k", 0, "a"), "four", (5, 16)),
        (("k", 1, "b"), "here", (6, 15)),
        (("k", 1, "c"), "x", (7, 21)),
        (("k", 1, "d"), "y", (9, 12)),
        (("k", 1, "e"), "second", (12, 9)),
    ],
)
def test_a_word_inside_a_text_is_found_however_it_was_written(
    places: Document, path: tuple[str | int, ...], word: str, at: tuple[int, int]
) -> None:
    text = places.part(path)
    assert isinstance(text, str)
    assert places.within(path, text.index(word) + 1) == at


def test_keys_and_values_have_places_of_their_own(places: Document) -> None:
    assert places.key_at(("k", 1, "c")) == (7, 5)
    assert places.at(("k", 1, "c")) == (7, 8)
    assert places.at(("k", 1)) == (6, 5)


def test_a_part_that_is_missing_is_placed_at_the_nearest_part_above_it(places: Document) -> None:
    assert places.at(("k", 0, "nothing", "here")) == (3, 5)
    assert places.fault(("k", 0, "a"), "is wrong", column=5).place == "k > 1 > a"
