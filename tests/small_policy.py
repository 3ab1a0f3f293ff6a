"""A lifecycle small enough to be read at a glance, and what the catalogue says of changed ones."""

from pathlib import Path

from apflow.catalogue import Proof, prove, read_policy, read_text
from apflow.errors import PolicyError

HEAD = "lifecycle: small\ntitle: Small\nroad: [draft, done]\n"
SECTIONS = {
    "phases": ["work: Work"],
    "settings": [],
    "roles": ["school: {title: School}", "la: {title: Authority}"],
    "facts": ["ready: {type: yes_no, ask: Ready?}"],
    "guards": ["is_ready: {require: ready, otherwise: Not ready.}"],
    "events": [
        "open_it: {title: Open, asks: [ready]}",
        "finish: {title: Finish}",
    ],
    "states": [
        "draft: {title: Draft, phase: work, owner: school}",
        "done: {title: Done, phase: work, final: good}",
    ],
    "transitions": [
        "- {from: start, event: open_it, to: draft, by: [school, la]}",
        "- {from: draft, event: finish, to: done, by: [school, la], guards: [is_ready]}",
    ],
    "deadlines": [],
    "meetings": [],
    "places": [],
    "notices": [],
}


def small(head: str = HEAD, **sections: str) -> str:
    """Return the text of the small lifecycle with lines added to its sections.

    A section beginning with `only:` has these lines and no others. Lines stand as in the file, a
    section's own indent left out.
    """
    text = head
    for name, lines in SECTIONS.items():
        added = sections.pop(name, "")
        own = [] if added.startswith("only:") else lines
        whole = [*own, *added.removeprefix("only:").strip("\n").splitlines()]
        if any(line.strip() for line in whole):
            text += f"{name}:\n" + "".join(f"  {line}\n" for line in whole)
    assert not sections, f"no such section: {sections}"
    return text


def telling(*facts: str, require: str = "", when: str = "", **sections: str) -> str:
    """Return the small lifecycle with facts that an event `tell` may ask in `draft`.

    With `require`, a guard `extra` of that condition stands before the event; `when` is a `when`
    on its transition.
    """
    names = [fact.split(":")[0] for fact in facts if " ask: " in fact]
    guards = ", guards: [extra]" if require else ""
    road = f', when: "{when}"' if when else ""
    added = {
        "facts": "\n".join(facts),
        "events": f"tell: {{title: Tell, may_ask: [{', '.join(names)}]}}",
        "transitions": f"- {{from: draft, event: tell, by: [school, la]{road}{guards}}}",
        "guards": f'extra: {{require: "{require}", otherwise: No.}}' if require else "",
    }
    for name, lines in sections.items():
        added[name] = f"{added.get(name, '')}\n{lines}" if name != "head" else lines
    return small(**added)


def proved(text: str, folder: Path) -> Proof:
    """Return what the proof says of a lifecycle's text; raises PolicyError as reading does."""
    (folder / "lifecycle.yaml").write_text(text, encoding="utf-8")
    return prove(read_policy(folder))


def faults(text: str, folder: Path) -> list[str]:
    """Return what is at fault with a lifecycle, each as `line: place: sentence`."""
    try:
        found = proved(text, folder).faults
    except PolicyError as error:
        found = error.faults
    return [f"{fault.line}: {fault.place}: {fault.says}" for fault in found]


def warnings(text: str, folder: Path) -> list[str]:
    """Return the warnings about a lifecycle that has no fault, as `place: sentence`."""
    proof = proved(text, folder)
    assert proof.faults == ()
    return [f"{one.place}: {one.says}" for one in proof.warnings if "clauses.yaml" not in one.says]


def line_of(text: str, part: str) -> int:
    """Return the line on which a part of the text first stands."""
    return text[: text.index(part)].count("\n") + 1


def value_of(text: str) -> object:
    """Return what a text reads as, lifecycles aside."""
    return read_text(text, "f.yaml").value
