"""Every mistake in a record is said in plain words, at its line."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field

from apflow.catalogue import read_record, read_text, record
from apflow.errors import Fault, PolicyError
from apflow.policy.lifecycle import Lifecycle
from tests.small_policy import small


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    title: str
    from_: tuple[str, ...] = Field((), alias="from")
    size: int | None = None


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    parts: dict[str, Inner] = {}
    rows: tuple[Inner, ...] = ()
    value: bool | int | tuple[int, ...] | None = None


def told(text: str, nulls: str | None = None) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        record(read_text(text, "f"), Outer, nulls)
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("title: x\n", "f:1:1: title: is not a key here; the keys are name, parts, rows, value"),
        ("name: x\nprats: {}\n", "f:2:1: prats: is not a key here; did you mean 'parts'?"),
        (
            "name: x\nparts:\n  a:\n    titel: y\n",
            "f:4:5: parts > a > titel: is not a key here; did you mean 'title'?",
        ),
        ("name: x\nparts:\n  a: {size: 2}\n", "f:3:6: parts > a: needs 'title'"),
        ("parts: {}\n", "f:1:1: needs 'name'"),
        (
            "name: x\nrows:\n  - {title: a}\n  - {title: b, size: six}\n",
            "f:4:22: rows > 2 > size: must be a whole number, not the word 'six'",
        ),
        (
            "name: x\nrows: [{title: a, size: 12:30:00}]\n",
            "f:2:25: rows > 1 > size: must be a whole number, not the word '12:30:00'",
        ),
        ("name: 12\n", "f:1:7: name: must be words, not the number 12; put it in quotes"),
        ("name: [a]\n", "f:1:7: name: must be words, not a list"),
        ("name: x\nparts: [a]\n", "f:2:8: parts: must be keys with values, not a list"),
        ("name: x\nparts: {a: b}\n", "f:2:12: parts > a: must be keys with values, not the word"),
        ("name: x\nrows: {a: b}\n", "f:2:7: rows: must be a list, not keys with values"),
        (
            "name: x\nvalue: {a: 1}\n",
            "f:2:8: value: must be true or false, a whole number or a list, not keys with values",
        ),
        (
            "name: x\nvalue: [1, b]\n",
            "f:2:12: value > 2: must be a whole number, not the word 'b'",
        ),
        ("name: x\nparts: {a: {title: b, from_: c}}\n", "did you mean 'from'?"),
        ("name:\n", "f:1:6: name: has no value; leave the key out"),
        ("- name: x\n", "f:1:1: must be keys with values, not a list"),
        ("name\n", "f:1:1: must be keys with values, not the word 'name'"),
    ],
)
def test_a_mistake_is_said_in_plain_words_at_its_line(text: str, says: str) -> None:
    assert any(one.startswith(says) or says in one for one in told(text)), told(text)


def test_null_is_taken_only_under_the_key_that_may_be_null() -> None:
    assert record(read_text("name: x\nvalue: null\n", "f"), Outer, "value").value is None
    assert told("name: x\nvalue: null\n") == ["f:2:8: value: has no value; leave the key out"]
    assert told("name: x\nrows: [~]\n", "value") == [
        "f:2:8: rows > 1: has no value; leave the key out"
    ]


@pytest.mark.parametrize("text", ["''", '"  "', '"\\n"'])
def test_a_text_of_nothing_is_refused_even_where_null_is_taken(text: str) -> None:
    assert told(f"name: {text}\n") == ["f:1:7: name: has no value; leave the key out"]
    assert told(f"name: x\nvalue: {text}\n", "value")[0].startswith("f:2:8: value: has no value")


def test_every_mistake_is_told_once_in_the_order_of_the_file() -> None:
    found = told("nane: x\nparts:\n  a: {size: six}\n  b: {title: 3}\nrows: 4\n")
    assert [int(one.split(":")[1]) for one in found] == [1, 1, 3, 3, 4, 5]


def test_a_file_is_read_into_a_record(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_text("name: x\nparts: {a: {title: T, from: [b]}}\n")
    assert read_record(path, Outer).parts["a"].from_ == ("b",)


def test_fifteen_thousand_unknown_keys_are_answered_at_once() -> None:
    text = "name: x\n" + "".join(f"key{n}: 1\n" for n in range(15_000))
    found = told(text)
    assert len(found) == 51
    assert found[-1].endswith("and more faults")


def test_a_lifecycle_keeps_the_order_of_its_file() -> None:
    lifecycle = record(read_text(small(), "f"), Lifecycle, "value")
    assert list(lifecycle.states) == ["draft", "done"]
    assert lifecycle.transitions[0].from_ == ("start",)


def test_a_fault_without_a_line_names_the_file_alone() -> None:
    assert str(Fault("f.yaml", 0, 0, "", "is not a file")) == "f.yaml: is not a file"
