"""What anybody may read of policies: as they are today, and as they were kept."""

import pytest

from apflow.casework import policies
from apflow.errors import PolicyError, Unknown
from tests.small_office import START, Office

NAME = "one-of-each"


def test_a_policy_is_listed_with_what_follows_it(office: Office) -> None:
    (before,) = policies.policies(office.work.office)
    assert (before.name, before.versions, before.referrals) == (NAME, 0, 0)
    reference = office.opened()
    office.opened("p2")
    office.done(reference, "stop", "sue")
    (known,) = policies.policies(office.work.office)
    assert (known.versions, known.referrals, known.faults) == (1, 2, ())
    (version,) = policies.kept(office.work.office, NAME)
    assert (version.open, version.ended, version.kept_at) == (1, 1, START)
    assert known.today is not None
    assert version.lifecycle.digest == known.today.lifecycle.digest


def test_a_changed_file_is_a_new_version_and_the_old_one_stays(office: Office) -> None:
    office.opened()
    path = office.folder / NAME / "lifecycle.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("title: ", "title: New ", 1), encoding="utf-8")
    office.opened("p2")
    today = policies.today(office.work.office, NAME)
    versions = policies.kept(office.work.office, NAME)
    assert {one.lifecycle.digest for one in versions} >= {today.lifecycle.digest}
    assert len(versions) == 2
    old = next(one for one in versions if one.lifecycle.digest != today.lifecycle.digest)
    assert policies.kept_text(office.work.office, NAME, old.lifecycle.digest) == text


def test_a_broken_file_gives_way_to_what_was_kept_last(office: Office) -> None:
    path = office.folder / NAME / "lifecycle.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "\nnonsense: 1\n", encoding="utf-8")
    with pytest.raises(PolicyError):
        policies.today(office.work.office, NAME)
    (listed,) = policies.policies(office.work.office)
    assert listed.today is None
    assert listed.faults
    path.write_text(text, encoding="utf-8")
    office.opened()
    path.write_text(text + "\nnonsense: 1\n", encoding="utf-8")
    today = policies.today(office.work.office, NAME)
    assert today.faults
    assert today.text == text


@pytest.mark.parametrize("name", ["", "no-such", "../etc", "ONE", "a" * 200, "\x00", "\ud800"])
def test_a_policy_that_is_not_there_is_unknown(office: Office, name: str) -> None:
    with pytest.raises(Unknown):
        policies.today(office.work.office, name)
    with pytest.raises(Unknown):
        policies.kept_text(office.work.office, NAME, name)
