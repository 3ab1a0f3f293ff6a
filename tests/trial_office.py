"""A small office with a small policy, for tests of what stands around casework.

`build(folder, url)` gives a Casework on a fresh database, with one school, one caseworker, one
pupil, a calendar and the policy `trial`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from apflow.casework import Asked, Casework
from apflow.casework.imports import Imported
from apflow.casework.meetings import forum
from apflow.casework.meetings.forum import Decided, Sitting
from apflow.clock import london_day
from apflow.referral import Request
from apflow.store import Store, calendars, register, requests

#: When every test takes place, unless it says otherwise.
NOW = datetime(2026, 1, 14, 10, 0, tzinfo=UTC)
#: Stands in every answer: it must never be found outside apflow's own database.
MARKER = "Zebedee-Quillfeather"

_LIFECYCLE = """\
lifecycle: trial
title: A policy for trials
road: [draft, agreed, closed]
phases: {referral: Referral, ended: Ended}
roles:
  school: {title: School}
facts:
  why: {type: text, ask: "Why is help asked for?"}
  parent_said: {type: text, ask: "What did the parent say?"}
  consent: {type: yes_no, ask: "Does the parent agree?"}
meetings:
  forum_meeting: {title: The forum}
guards:
  parent_agrees:
    require: consent
    otherwise: The parent has not agreed.
events:
  open_referral: {title: Open a referral, asks: [why]}
  record_consent: {title: Record consent, asks: [consent, parent_said]}
  forum_agrees: {title: The forum agrees, at: forum_meeting}
  close_referral: {title: Close}
states:
  draft: {title: Draft, phase: referral, owner: school}
  agreed: {title: Agreed, phase: referral, owner: school}
  closed: {title: Closed, phase: ended, final: good}
transitions:
  - {from: start, event: open_referral, to: draft, by: [school]}
  - {from: draft, event: record_consent, to: agreed, by: [school], guards: [parent_agrees]}
  - {from: draft, event: forum_agrees, to: agreed, by: [school]}
  - {from: agreed, event: close_referral, to: closed, by: [school]}
"""


@dataclass(frozen=True, slots=True)
class Office:
    """A casework with somebody who asks."""

    work: Casework
    folder: Path
    url: str

    def to_open(self, now: datetime = NOW) -> Request:
        """Ask to open a referral of the pupil."""
        asked = Asked("open_referral", "ann", "school", {"why": f"{MARKER} needs help"})
        return self.work.ask_to_open("trial", "p1", asked, now)

    def opened(self, now: datetime = NOW) -> str:
        """Open a referral, with no regard to Prefect, and return its reference."""
        request = self.work.apply(self.to_open(now).id, now)
        assert request.state == "applied", request.result
        # Nothing is to be recorded of it: the test asks about what comes after.
        self.work.note_run(request.id, "of-the-fixture")
        return request.reference

    def to_consent(self, reference: str, *, agrees: bool, now: datetime = NOW) -> Request:
        """Ask to record whether the parent agrees; policy refuses it when not."""
        answers = {"consent": agrees, "parent_said": f"{MARKER} says so"}
        return self.work.ask(reference, Asked("record_consent", "ann", "school", answers), now)

    def prepared_sitting(self, now: datetime) -> tuple[Sitting, tuple[Request, ...]]:
        """Prepare the forum's decisions on two referrals and return its sitting and them."""
        references = [self.opened(now), self.opened(now)]
        sitting = Sitting("trial", "forum_meeting", london_day(now))
        forum.list_sitting(self.work.office, sitting, now)
        decided = [Decided(reference, "forum_agrees") for reference in references]
        return sitting, forum.prepare(self.work.office, sitting, decided, "ann", now)

    def requests_of(self, rows: Iterable[Imported]) -> list[Request]:
        """Return every Request on the referrals that an import opened."""
        references = [row.reference for row in rows if row.reference is not None]
        with self.work.store.reading() as tx:
            return [one for reference in references for one in requests.of(tx, reference)]

    def run_of(self, request: Request) -> str | None:
        """Return the flow run noted on a Request."""
        return self.work.request(request.id).flow_run

    def steps(self, reference: str) -> int:
        """Return how many steps the referral has taken."""
        return len(self.work.history(reference, "ann", NOW))


def build(folder: Path, url: str) -> Office:
    """Make the office on the upgraded, empty database at `url`; `folder` takes the policy."""
    policy = folder / "states" / "trial"
    policy.mkdir(parents=True)
    (policy / "lifecycle.yaml").write_text(_LIFECYCLE, encoding="utf-8")
    store = Store(url)
    with store.writing() as tx:
        register.add_organisation(tx, register.Organisation("s1", "A school"))
        register.add_person(tx, register.Person("ann", "Ann Archer"))
        register.add_membership(tx, register.Membership("ann", "school", "s1"))
        register.add_pupil(tx, register.Pupil("p1", MARKER, date(2013, 5, 1)))
        year = {"start": "2025-09-03", "end": "2027-07-21", "kind": "term", "label": "Two years"}
        calendars.put(tx, "trial", [year], [], NOW, "a test")
    return Office(Casework(store, (folder / "states",)), folder / "states", url)
