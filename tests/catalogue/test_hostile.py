"""However large and wrong a lifecycle is, it is answered with faults, and at once."""

import time

import pytest

from apflow.catalogue import read_lifecycle_text
from apflow.errors import PolicyError
from tests.small_policy import small

LAW = "require: ready, otherwise: No."


def lines(form: str, count: int) -> str:
    return "\n".join(form.replace("#", str(number)) for number in range(count))


HOSTILE = {
    "thousands of states and as many mistyped": small(
        states=lines("state#: {title: S, phase: work}", 1500),
        transitions=lines("- {from: staet#, event: finish, to: done, by: [la]}", 1500),
    ),
    "thousands of facts resting on mistyped ones": small(
        facts=lines("fact#: {type: yes_no, is: fatc#}", 3000)
    ),
    "a chain of thousands of facts": small(
        facts=lines("fact#: {type: yes_no, is: fact1#}", 3000)
    ),
    "conditions of hundreds of mistyped names": small(
        facts=lines("fact#: {type: yes_no, ask: A}", 3000),
        guards=lines(f'guard#: {{require: "{" and ".join(f"fatc{n}" for n in range(180))}", '
                     "otherwise: No.}", 30),
    ),
    "a list of thousands of mistyped names": small(
        events=f"go: {{title: Go, asks: [{', '.join(f'redy{n}' for n in range(10_000))}]}}"
    ),
    "thousands of wrong settings": small(settings=lines("s#: {value: {a: 1}}", 3000)),
    "thousands of guards that nothing is": small(guards=lines(f"guard#: {{requir: {LAW}}}", 1500)),
}  # fmt: skip


@pytest.mark.parametrize("claim", HOSTILE)
def test_a_hostile_lifecycle_is_answered_after_little_work(claim: str) -> None:
    begun = time.process_time()
    with pytest.raises(PolicyError) as caught:
        read_lifecycle_text(HOSTILE[claim], "f")
    assert time.process_time() - begun < 1.5
    assert 0 < len(caught.value.faults) <= 51
