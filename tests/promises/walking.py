"""A casework walked at random: people ask for what comes to their minds, and time goes by.

Most of what is asked is sensible, so that referrals get far; the rest is whatever comes first.
The same seed walks the same way. After every step the referral is looked at from all sides.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from random import Random

from apflow.casework import Asked, Casework, asking
from apflow.casework.calendars import change_calendar
from apflow.casework.situations import situation_of
from apflow.clock import london_day
from apflow.errors import ApflowError
from apflow.policy.facts import write_facts
from apflow.policy.machine import Machine
from apflow.policy.situation import START, Actor, Tally
from apflow.referral import GENESIS, HOUSE_EVENTS, HOUSE_RECORDS, Referral, Request
from apflow.referral.reference import make_reference, prefix_of
from apflow.store import history, referrals, register
from tests.promises.pictures import rows
from tests.promises.plausible import ORGANISATIONS, Answers, Person
from tests.promises.soundness import faults
from tests.promises.watching import Watch

#: A refusal changes nothing but these: the Requests, and the record of who looked.
BESIDES = ("reads", "requests")
_HOURS = (1, 5, 26, 50, 24 * 7, 24 * 16, -3, -30)


class Broken(AssertionError):
    """A promise is broken; the message tells how it came to that."""


@dataclass
class Walk:
    """One walk through one policy.

    `words` are what people write; `versions` are texts of the policy, `calendars` of its days.
    """

    work: Casework
    policy: str
    people: tuple[Person, ...]
    pupils: tuple[str, ...]
    words: tuple[str, ...]
    now: datetime
    seed: int
    versions: tuple[str, ...] = ()
    calendars: tuple[str, ...] = ()
    most_open: int = 5
    counts: Counter[str] = field(default_factory=Counter)
    references: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self._watch = Watch(self.work)
        self._answers: dict[str, Answers] = {}

    def walk(self, steps: int) -> Counter[str]:
        """Take so many steps and return what happened how often. Raises Broken."""
        ways = (
            (self.advance, 64), (self.put_right, 14), (self.pass_time, 14), (self.sweep, 10),
            (self.leave_waiting, 3), (self.close_other_days, 4), (self.assure, 3),
            (self.renew_policy, 1),
        )  # fmt: skip
        doings, weights = zip(*ways, strict=True)
        for _ in range(steps):
            try:
                if len(self._open()) < self.most_open and self._chance(0.25):
                    self.open()
                else:
                    self.random.choices(doings, weights)[0]()
            except ApflowError as fault:
                self._broken(f"{type(fault).__name__}: {fault}")
        self._held_against(faults(self.work))
        states = set[str]()
        with self.work.store.reading() as tx:
            for reference in self.references:
                for step in history.steps(tx, reference):
                    states.add(step.target)
                    if step.event in HOUSE_RECORDS:
                        self.counts[step.event] += 1
        self.counts["states"] = len(states)
        return self.counts

    def open(self) -> None:
        """Somebody opens a referral of some pupil."""
        pupil = self.random.choice(self.pupils)
        with self.work.store.reading() as tx:
            machine = self.work.office.newest(tx, self.policy, lambda *_: None)
        lifecycle = machine.compiled.lifecycle
        roads = [one for one in lifecycle.transitions if START in lifecycle.sources(one)]
        event = self.random.choice(roads).event
        actor = self._actor([role for one in roads if one.event == event for role in one.by])
        answers = self._plausible(machine, self._draft(machine, pupil), event, actor)
        self.told.append(f"{actor.person}: {event} {answers}")
        asked = Asked(event, actor.person, actor.role, answers)
        year, bits = london_day(self.now).year, self.random.getrandbits(30)
        reference = make_reference(prefix_of(self.policy), year, bits)
        request = asking.ask_to_open(
            self.work.office, self.policy, pupil, asked, self.now, self._id(), reference
        )
        if self._applied(request, None).state == "applied":
            self.references.append(reference)

    def advance(self) -> None:
        """Somebody does an event to a referral, mostly one that its state knows."""
        found = self._some_referral()
        if found is None:
            return
        referral, machine = found
        event, by = self._event(referral, machine)
        actor, on = self._actor(by), self._day()
        asked = Asked(
            event,
            actor.person,
            actor.role,
            self._plausible(machine, referral, event, actor, on),
            self._overrides(machine, event),
            happened_on=on,
            seen=self.random.choice((None, referral.seq, referral.seq, max(1, referral.seq - 2))),
        )
        self._asked(referral, asked)

    def put_right(self) -> None:
        """Somebody corrects, takes back, hands over, erases or adopts a newer policy."""
        found = self._some_referral(closed=self._chance(0.2))
        if found is None:
            return
        referral, machine = found
        event = self.random.choices(HOUSE_EVENTS, (6, 6, 2, 1, 2))[0]
        answers = self._house_answers(event, referral, machine)
        reason = self.random.choice(self.words)
        self._asked(referral, Asked(event, "manager", "manager", answers, reason=reason))

    def pass_time(self) -> None:
        """Time goes by; now and then a clock is put back."""
        self.now += timedelta(hours=self.random.choice(_HOURS))
        self.told.append(f"it is {self.now}")

    def sweep(self) -> None:
        """A sweep, and now and then another right behind it, which finds nothing to do."""
        swept = self.work.fire_due(self.now)
        self.told.append(f"{swept}")
        self.counts["swept"] += 1
        if swept.failed:
            self._broken("the sweep could not deal with something")
        for reference in self.references:
            self._looked(reference)
        if self._chance(0.3):
            before = rows(self.work.store)
            again = self.work.fire_due(self.now)
            if rows(self.work.store) != before or again.missed or again.lapsed:
                self._broken(f"a second sweep did something: {again}")

    def leave_waiting(self) -> None:
        """A Request is stored and nobody applies it; a sweep sees to it."""
        found = self._some_referral()
        if found is None:
            return
        referral, machine = found
        event = self.random.choice(list(machine.compiled.lifecycle.events))
        actor = self._actor([])
        asked = Asked(
            event, actor.person, actor.role, self._plausible(machine, referral, event, actor)
        )
        request = self.work.ask(referral.reference, asked, self.now, self._id())
        self.told.append(f"{referral.reference}: {event} is left waiting")
        self.now += timedelta(minutes=self.random.choice((0, 3, 20)))
        self.sweep()
        self.counts[f"left {self.work.request(request.id).state}"] += 1

    def close_other_days(self) -> None:
        """The area's calendar is another one."""
        if not self.calendars:
            return
        change = change_calendar(
            self.work.office,
            self.policy,
            self.random.choice(self.calendars).encode(),
            "days.csv",
            self.now,
            confirmed=self._chance(0.7),
        )
        self.told.append(f"{change}")
        self.counts["moved by a calendar"] += len(change.moved) if change.done else 0
        for reference in self.references:
            self._looked(reference)

    def assure(self) -> None:
        """What the register holds of the first organisation runs out on another day."""
        with self.work.store.writing() as tx:
            known = register.get_organisation(tx, ORGANISATIONS[0])
            assert known is not None
            until = (self.now + timedelta(days=self.random.choice((-5, 20)))).date().isoformat()
            days = {name: until for name in known.particulars if name.endswith("until")}
            register.change_organisation(
                tx, replace(known, particulars={**known.particulars, **days})
            )
        self.told.append(f"assured: {days}")

    def renew_policy(self) -> None:
        """A newer version of the policy, or an older one again, is put in its place."""
        if not self.versions:
            return
        self.told.append("another version of the policy")
        file = self.work.office.policy_folder(self.policy) / "lifecycle.yaml"
        file.write_text(self.random.choice(self.versions), encoding="utf-8")

    # How it is looked at

    def _asked(self, referral: Referral, asked: Asked) -> None:
        self.told.append(f"{referral.reference}: {asked}")
        request = self.work.ask(referral.reference, asked, self.now, self._id())
        closed = self._applied(request, referral)
        if self._chance(0.1):
            again = self.work.apply(request.id, self.now + timedelta(minutes=1))
            if (again.state, again.result) != (closed.state, closed.result):
                self._broken(f"applied twice: {closed} and {again}")

    def _applied(self, request: Request, before: Referral | None) -> Request:
        # What time has already brought is recorded before a decision, whatever that will be.
        due = before.next_due if before is not None else None
        stood = None if due is not None and due <= self.now else rows(self.work.store, BESIDES)
        closed = self.work.apply(request.id, self.now)
        self.told.append(f"  {closed.state}")
        kind = request.event if request.event in HOUSE_EVENTS else "event"
        self.counts.update((closed.state, f"{kind} {closed.state}"))
        if closed.state != "applied" and stood is not None:
            self.counts["left alone"] += 1
            if rows(self.work.store, BESIDES) != stood:
                self._broken(f"{closed.state}, and yet something changed")
        if closed.state == "applied" or before is not None:
            self._looked(closed.reference)
        return closed

    def _looked(self, reference: str) -> None:
        self._held_against(self._watch.faults(reference))

    def _held_against(self, found: list[str]) -> None:
        if found:
            self._broken("\n".join(found))

    def _broken(self, says: str) -> None:
        last = "\n".join(self.told[-40:])
        raise Broken(f"{self.policy}, seed {self.seed}, at {len(self.told)}: {says}\n\n{last}")

    # What comes to people's minds

    def _event(self, referral: Referral, machine: Machine) -> tuple[str, list[str]]:
        """Return an event and who may do it; those that move the referral are likelier."""
        lifecycle = machine.compiled.lifecycle
        here = [
            one
            for one in lifecycle.transitions
            if referral.state in lifecycle.sources(one) and one.by != ("system",)
        ]
        if not here or self._chance(0.05):
            return self.random.choice(list(lifecycle.events)), []
        weights = [1 if one.to in (None, referral.state) else 3 for one in here]
        road = self.random.choices(here, weights)[0]
        return road.event, [role for role in road.by if role != "system"]

    def _house_answers(self, event: str, referral: Referral, machine: Machine) -> dict[str, object]:
        facts = machine.compiled.lifecycle.facts
        if event == "correct_facts":
            own = [name for name, fact in facts.items() if not fact.worked_out]
            known = [name for name in own if name in referral.facts]
            name = self.random.choice(known if known and self._chance(0.8) else own)
            if self._chance(0.15):
                return {name: None}
            return write_facts({name: self._answers_of(machine).value(facts[name])})
        if event == "hand_over":
            return {"owner": self.random.choice(self.people).id}
        if event == "erase":
            texts = [name for name, fact in facts.items() if fact.type == "text"]
            everything = referral.closed_on is not None and self._chance(0.5)
            return {"facts": "all" if everything else self.random.choice(texts)}
        named = event == "adopt_lifecycle" and self._chance(0.3)
        return {"state": referral.state} if named else {}

    def _open(self) -> list[str]:
        with self.work.store.reading() as tx:
            return referrals.open_references(tx, self.policy)

    def _some_referral(self, *, closed: bool = False) -> tuple[Referral, Machine] | None:
        wanted = self.references if closed else self._open()
        if not wanted:
            return None
        with self.work.store.reading() as tx:
            referral = referrals.get(tx, self.random.choice(wanted))
            assert referral is not None
            return referral, self.work.office.machine(tx, referral.digest)

    def _draft(self, machine: Machine, pupil: str) -> Referral:
        return Referral(
            reference="", pupil=pupil, lifecycle=self.policy,
            digest=machine.compiled.lifecycle.digest, state=START, version=0, seq=0, head=GENESIS,
            facts={}, tally=Tally(), rank=None, owner=None, next_due=None,
            opened_on=london_day(self.now), closed_on=None,
        )  # fmt: skip

    def _actor(self, by: list[str]) -> Actor:
        fitting = [
            one
            for one in self.people
            if one.role in by and one.organisation in (None, ORGANISATIONS[0])
        ]
        sensible = fitting and self._chance(0.95)
        return self.random.choice(fitting if sensible else self.people).actor

    def _day(self) -> date:
        back = self.random.choice((0, 0, 0, 0, 0, 0, 1, 3, 9))
        return london_day(self.now) - timedelta(days=back)

    def _overrides(self, machine: Machine, event: str) -> dict[str, str]:
        lifecycle = machine.compiled.lifecycle
        roads = [one for one in lifecycle.transitions if one.event == event]
        guards = sorted({name for one in roads for name in one.guards})
        may = [name for name in guards if lifecycle.guards[name].override]
        return {name: self.random.choice(self.words) for name in may if self._chance(0.3)}

    def _answers_of(self, machine: Machine) -> Answers:
        digest = machine.compiled.lifecycle.digest
        if digest not in self._answers:
            with self.work.store.reading() as tx:
                sittings = register.sittings(tx, self.policy)
            self._answers[digest] = Answers(machine, self.random, self.words, sittings)
        self._answers[digest].today = london_day(self.now)
        return self._answers[digest]

    def _plausible(
        self,
        machine: Machine,
        referral: Referral,
        event: str,
        actor: Actor,
        on: date | None = None,
    ) -> dict[str, object]:
        """Return answers, mostly some with which policy allows the event."""
        answers, today = self._answers_of(machine), london_day(self.now)
        with self.work.store.reading() as tx:
            situation = situation_of(
                self.work.office, tx, machine, referral, actor, today, on or today
            )
        given = answers.with_which(situation, event, actor, 1 if self._chance(0.2) else 25)
        if given and self._chance(0.05):
            given.pop(self.random.choice(list(given)))
        return write_facts(given)

    def _id(self) -> str:
        return f"{self.random.getrandbits(128):032x}"

    def _chance(self, often: float) -> bool:
        return self.random.random() < often
