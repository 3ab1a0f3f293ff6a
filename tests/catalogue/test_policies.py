"""Policies are found by name, read whole, and every fault has its line."""

from pathlib import Path

import pytest

from apflow.catalogue import (
    find,
    listed,
    prove,
    read_lifecycle,
    read_lifecycle_text,
    read_policy,
)
from apflow.errors import PolicyError, Unknown
from apflow.policy.check import MOST_WAYS
from apflow.policy.decision import BUILT_IN
from tests.small_policy import faults, line_of, proved, small, telling

CLAUSES = "policy: small\nprefix: SM\ncount: 1\nclauses:\n  SM-01: {says: Ready., carried_by: X}\n"


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    for folder, name in (("one", "small"), ("two", "small"), ("two", "other")):
        (tmp_path / folder / name).mkdir(parents=True)
        (tmp_path / folder / name / "lifecycle.yaml").write_text(small())
    (tmp_path / "one" / "no-policy").mkdir()
    return tmp_path / "one", tmp_path / "two"


def test_the_policies_that_come_with_apflow_are_listed() -> None:
    assert listed() == ("heronsgate", "maidstone-and-malling")


def test_policies_are_listed_and_found_in_the_folders_given(folders: tuple[Path, Path]) -> None:
    assert listed(folders) == ("other", "small")
    assert find("small", folders) == folders[0] / "small"
    assert find("other", folders) == folders[1] / "other"


@pytest.mark.parametrize("name", ["smal", "SMALL"])
def test_a_name_that_is_not_there_is_answered_with_the_nearest(
    name: str, folders: tuple[Path, Path]
) -> None:
    with pytest.raises(Unknown) as caught:
        find(name, folders)
    assert str(caught.value).startswith(f"There is no policy '{name}'")
    assert (caught.value.near == "small") is (name == "smal")


@pytest.mark.parametrize("name", ["../one/small", "/etc", "", ".", "no-policy", "x" * 9999, "a\0"])
def test_no_name_leads_out_of_the_folders(name: str, folders: tuple[Path, Path]) -> None:
    with pytest.raises(Unknown):
        read_policy(name, folders)


def test_a_policy_is_read_by_name_by_folder_and_by_file(folders: tuple[Path, Path]) -> None:
    folder = folders[0] / "small"
    read = [
        read_policy("small", folders),
        read_policy(folder),
        read_policy(folder / "lifecycle.yaml"),
    ]
    assert {policy.folder for policy in read} == {folder}
    assert {policy.lifecycle.digest for policy in read} == {read[0].lifecycle.digest}
    assert read[0].clauses is None
    assert read[0].calendar_path is None


def test_a_policys_clauses_and_calendar_are_read_beside_it(folders: tuple[Path, Path]) -> None:
    folder = folders[0] / "small"
    (folder / "clauses.yaml").write_text(CLAUSES)
    (folder / "calendar.csv").write_text("start,end,kind,label\n")
    policy = read_policy(folder)
    assert policy.clauses is not None
    assert policy.clauses.numbers == ("SM-01",)
    assert policy.calendar_path == folder / "calendar.csv"


def test_a_text_kept_in_the_store_reads_as_its_file_does(folders: tuple[Path, Path]) -> None:
    policy = read_policy("small", folders)
    again = read_lifecycle_text(policy.text, "small (kept)")
    assert again == policy.lifecycle == read_lifecycle(policy.folder / "lifecycle.yaml")
    assert again.digest == policy.lifecycle.digest


def test_a_wrong_text_is_called_by_the_name_it_was_given() -> None:
    with pytest.raises(PolicyError, match=r"small \(kept\):1:1: needs 'title'"):
        read_lifecycle_text(small().replace("title: Small\n", ""), "small (kept)")


def test_faults_of_form_and_of_conditions_are_told_together_in_file_order(tmp_path: Path) -> None:
    text = telling(
        "age: {type: number, ask: Age, options: {x: X}}",
        require="agee > 3",
        transitions="- {from: drft, event: tell, by: [la]}",
    )
    found = faults(text, tmp_path)
    lines = [line_of(text, part) for part in ("options", "agee", "drft")]
    assert [int(one.split(":")[0]) for one in found] == lines


def test_a_missing_policy_file_is_one_fault(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"lifecycle\.yaml: there is no such file"):
        read_policy(tmp_path)


def test_clauses_that_disagree_with_the_lifecycle_are_faults_in_their_own_file(
    folders: tuple[Path, Path],
) -> None:
    folder = folders[0] / "small"
    (folder / "clauses.yaml").write_text(CLAUSES.replace("X}", "guards.is_redy}"))
    (fault,) = prove(read_policy(folder)).faults
    assert fault.file.endswith("clauses.yaml")
    assert fault.line == 5
    assert "did you mean 'guards.is_ready'?" in fault.says


def test_clauses_of_the_wrong_form_are_refused(folders: tuple[Path, Path]) -> None:
    folder = folders[0] / "small"
    (folder / "clauses.yaml").write_text(CLAUSES.replace("says:", "sais:"))
    with pytest.raises(PolicyError, match=r"clauses\.yaml:5:\d+: .*did you mean 'says'"):
        read_policy(folder)


def test_a_policy_without_clauses_is_warned_of(folders: tuple[Path, Path]) -> None:
    (warning,) = prove(read_policy(folders[0] / "small")).warnings
    assert "has no clauses.yaml beside it" in warning.says


def test_what_the_state_machine_cannot_be_built_from_is_a_fault(tmp_path: Path) -> None:
    text = small(
        events="on_enter_draft: {title: T}",
        transitions="- {from: draft, event: on_enter_draft, by: [la]}",
    )
    (found,) = faults(text, tmp_path)
    assert "events > on_enter_draft: the state machine uses this name itself" in found


def test_a_lifecycle_with_too_many_ways_is_not_proved(tmp_path: Path) -> None:
    count = 80
    text = small(
        states="\n".join(f"s{n}: {{title: S, phase: work, owner: la}}" for n in range(count)),
        events="go: {title: Go}",
        transitions="\n".join(
            f"- {{from: any, event: go, to: s{n}, by: [la]}}" for n in range(count)
        ),
    )
    assert count * count > MOST_WAYS
    found = proved(text, tmp_path).faults
    assert [fault.says for fault in found] == [
        f"lead {(count + 1) * count + 2:,} ways between the states; {MOST_WAYS:,} can be proved"
    ]


@pytest.mark.parametrize("name", BUILT_IN)
def test_no_guard_is_called_like_a_finding_of_the_house(name: str, tmp_path: Path) -> None:
    text = small(guards=f"{name}: {{require: ready, otherwise: No.}}")
    assert any("it is a finding of the house" in one for one in faults(text, tmp_path))


@pytest.mark.parametrize("name", listed())
def test_every_policy_that_comes_with_apflow_is_proved_without_a_fault(name: str) -> None:
    assert prove(read_policy(name)).faults == ()
