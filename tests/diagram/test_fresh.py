"""The drawings in `diagrams/` are those of the policies in `states/`."""

from apflow.diagram import drawings
from apflow.places import place
from apflow.policy.lifecycle import Lifecycle


def test_the_drawings_that_are_kept_are_fresh(policies: dict[str, Lifecycle]) -> None:
    folder = place("diagrams")
    wanted = {name: text for one in policies.values() for name, text in drawings(one).items()}
    stale = [
        name
        for name, text in wanted.items()
        if not (folder / name).is_file() or (folder / name).read_text("utf-8") != text
    ]
    assert stale == [], "run `apflow draw` and keep what it writes"


def test_there_is_a_drawing_of_every_policy_and_none_of_others(
    policies: dict[str, Lifecycle],
) -> None:
    kept = {file.name for file in place("diagrams").iterdir() if file.name != "README.md"}
    assert kept == {name for one in policies.values() for name in drawings(one)}
    listed = {folder.parent.name for folder in place("states").glob("*/lifecycle.yaml")}
    assert listed == set(policies)
