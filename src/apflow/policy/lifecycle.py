"""A Lifecycle: one area's policy as data, exactly as its file says it.

These records hold the shape of the file and nothing more; that its names meet and its
conditions make sense is found out by `policy.compiled` and `policy.check`.
"""

import hashlib
from datetime import date
from functools import cached_property
from typing import Annotated, Literal, get_args

import rfc8785
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    StrictBool,
    StrictInt,
    StrictStr,
    StringConstraints,
    model_validator,
)

Name = Annotated[StrictStr, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
OptionName = Annotated[StrictStr, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
LifecycleName = Annotated[StrictStr, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$", max_length=60)]
#: A day of the calendar; a bare number is never taken for one.
Day = Annotated[date, Strict()]
#: The text of a condition; `true` and whole numbers may be written plainly.
ConditionText = StrictBool | StrictInt | StrictStr
Plain = StrictBool | StrictInt | StrictStr
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
#: By which two policies can be laid side by side.
Milestone = Literal[
    "referred", "agreed", "decided", "admitted", "placed", "reviewed", "returning", "ending",
    "ended",
]  # fmt: skip
#: A whole number, or a condition that gives one.
Number = StrictInt | StrictStr
Force = Literal["law", "must", "should"]
FactType = Literal[
    "yes_no", "number", "text", "date", "moment", "choice", "choices", "organisation",
    "person", "meeting", "papers", "people", "agreements",
]  # fmt: skip
CHECKLISTS = ("papers", "people", "agreements")
UNITS = (
    "hour", "day", "working_day", "school_day", "week", "school_week", "month", "half_term",
    "term",
)  # fmt: skip
WEEKDAYS = get_args(Weekday)


def _one_or_many(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Clauses = Annotated[tuple[StrictStr, ...], BeforeValidator(_one_or_many)]
Names = Annotated[tuple[Name, ...], BeforeValidator(_one_or_many)]


class Part(BaseModel):
    """Anything in the file. Unknown keys are refused: a mistyped `guards` would open a door."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    title: StrictStr | None = None
    clause: Clauses = ()
    note: StrictStr | None = None


class Source(Part):
    """Where the policy's text comes from."""

    text: StrictStr | None = None
    dated: Day | None = None
    cites: Annotated[tuple[StrictStr, ...], BeforeValidator(_one_or_many)] = ()
    completeness: Literal["whole", "partial"] | None = None


class InForce(Part):
    """When new referrals may be opened under the policy; both days count."""

    from_: Day | None = Field(None, alias="from")
    until: Day | None = None


class Setting(Part):
    """A number or word that the policy leaves to the authority; null is not known."""

    value: (
        StrictBool
        | StrictInt
        | date
        | StrictStr
        | tuple[StrictBool | StrictInt | StrictStr, ...]
        | None
    )
    type: Literal["number", "word", "yes_no", "date", "list"] | None = None
    confirm: StrictBool = False


class Role(Part):
    """Who acts. `of` names the organisation fact whose people may; `acts: false` never signs in."""

    of: Name | None = None
    acts: StrictBool = True


class Row(Part):
    """One row of a first-that-holds table; without `when` it is the otherwise."""

    when: ConditionText | None = None
    is_: ConditionText = Field(alias="is")


class Entry(Part):
    """One entry of a checklist."""

    when: ConditionText | None = None
    or_: tuple[Literal["equivalent", "not_applicable"], ...] = Field((), alias="or")
    needed: StrictBool = True


class Fact(Part):
    """Something known about a referral: asked, worked out (`is`, `choose`) or set by an event."""

    type: FactType
    ask: StrictStr | None = None
    hint: StrictStr | None = None
    is_: ConditionText | None = Field(None, alias="is")
    choose: tuple[Row, ...] = ()
    set: StrictBool = False
    when: ConditionText | None = None
    options: dict[
        Annotated[StrictStr, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")], StrictStr
    ] = {}
    entries: dict[Name, Entry] = {}
    of: Name | None = None
    min: StrictInt | None = None
    max: StrictInt | None = None
    has: dict[Name, Literal["yes_no", "number", "text", "date"]] = {}
    seen_by: Names = ()

    @property
    def asked(self) -> bool:
        return self.ask is not None

    @property
    def worked_out(self) -> bool:
        return self.is_ is not None or bool(self.choose)


class Guard(Part):
    """A named demand on a transition."""

    require: ConditionText
    otherwise: StrictStr
    when: ConditionText | None = None
    force: Force = "must"
    override: Names = ()


class Event(Part):
    """What somebody may do to a referral."""

    title: StrictStr
    asks: Names = ()
    may_ask: Names = ()
    at: Name | None = None
    sets: dict[Name, ConditionText] = {}


class State(Part):
    """A named place: where the referral stands, named for what is being worked on."""

    title: StrictStr
    phase: Name
    owner: Name | None = None
    milestone: Milestone | None = None
    final: Literal["good", "other"] | None = None
    keeps: Names = ()
    hands_over: Names = ()


class Transition(Part):
    """What MAY happen: from, event, to. Without `to` the state stays."""

    from_: Names = Field(alias="from", min_length=1)
    but_not: Names = ()
    event: Name
    to: Name | None = None
    by: Names = Field(min_length=1)
    when: ConditionText | None = None
    guards: Names = ()


class Due(Part):
    """The last moment of a deadline; exactly one of `nth`, `within` and `date`."""

    nth: Number | None = None
    within: Number | None = None
    date: ConditionText | None = None
    unit: StrictStr | None = None
    first_is: Number | None = None

    @model_validator(mode="after")
    def _one_form(self) -> "Due":
        forms = [name for name in ("nth", "within", "date") if getattr(self, name) is not None]
        if len(forms) != 1:
            raise ValueError("a due has exactly one of nth, within and date")
        if (self.unit is None) != (forms[0] == "date"):
            raise ValueError("nth and within need a unit; date takes none")
        if self.first_is is not None and forms[0] != "nth":
            raise ValueError("first_is goes with nth")
        return self


class Before(Part):
    """So many units before."""

    before: Number
    unit: StrictStr


class PapersBy(Part):
    """The last day for papers: so long before the sitting, or a weekday some weeks before it."""

    before: Number | None = None
    unit: StrictStr | None = None
    weekday: (
        Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] | None
    ) = None
    weeks_before: StrictInt | None = None

    @model_validator(mode="after")
    def _one_form(self) -> "PapersBy":
        counted = self.before is not None and self.unit is not None
        named = self.weekday is not None and self.weeks_before is not None
        if counted == named or (self.before is None) != (self.unit is None):
            raise ValueError("papers_by is {before, unit} or {weekday, weeks_before}")
        return self


class Deadline(Part):
    """A due moment on a referral: start + due + what meets it."""

    title: StrictStr
    when: ConditionText | None = None
    in_: Names = Field((), alias="in")
    start: ConditionText
    due: Due
    met_by: Names = ()
    met_when: ConditionText | None = None
    force: Force = "must"
    owner: Name
    warn: Before | None = None
    other_reading: Due | None = None
    then: Name | None = None

    @model_validator(mode="after")
    def _met_somehow(self) -> "Deadline":
        if bool(self.met_by) == (self.met_when is not None):
            raise ValueError("a deadline has exactly one of met_by and met_when")
        return self


class Meeting(Part):
    """A body that sits: what apflow may propose and what a sitting asks for."""

    every: StrictInt | None = None
    unit: StrictStr | None = None
    weekday: (
        Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] | None
    ) = None
    term_time: StrictBool = False
    papers_by: PapersBy | None = None
    people: Name | None = None
    order: Annotated[tuple[ConditionText, ...], BeforeValidator(_one_or_many)] = ()


class Pool(Part):
    """Places that are counted together."""

    when: ConditionText | None = None
    capacity: Number
    held_in: Names
    waiting_in: Names = ()
    order: Annotated[tuple[ConditionText, ...], BeforeValidator(_one_or_many)] = ()


class Notice(Part):
    """A message to be sent, without a child's data."""

    after: Names = Field(min_length=1)
    when: ConditionText | None = None
    to: Names = Field(min_length=1)
    text: StrictStr


class Lifecycle(BaseModel):
    """One policy as data. Sections keep the order of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lifecycle: LifecycleName
    title: StrictStr
    source: Source | None = None
    in_force: InForce | None = None
    labels: dict[Name, StrictStr] = {}
    road: Names
    phases: dict[Name, StrictStr] = Field(min_length=1)
    settings: dict[Name, Setting] = {}
    roles: dict[Name, Role] = Field(min_length=1)
    facts: dict[Name, Fact] = {}
    guards: dict[Name, Guard] = {}
    events: dict[Name, Event] = Field(min_length=1)
    states: dict[Name, State] = Field(min_length=1)
    transitions: tuple[Transition, ...] = Field(min_length=1)
    deadlines: dict[Name, Deadline] = {}
    meetings: dict[Name, Meeting] = {}
    places: dict[Name, Pool] = {}
    notices: dict[Name, Notice] = {}

    @cached_property
    def digest(self) -> str:
        """The SHA-256 (hex) of the canonical form (RFC 8785); order counts where it is shown."""
        form = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        for section in ("phases", "states"):
            form[section] = [[name, form[section][name]] for name in getattr(self, section)]
        for name, fact in self.facts.items():
            form["facts"][name]["in order"] = [*fact.options, *fact.entries]
        return hashlib.sha256(rfc8785.dumps(form)).hexdigest()

    @cached_property
    def open_states(self) -> tuple[str, ...]:
        """The states that are not final, in the order of the file."""
        return tuple(name for name, state in self.states.items() if state.final is None)

    def sources(self, transition: Transition) -> tuple[str, ...]:
        """Return the states that a transition leaves; `start` stands for opening."""
        named = self.open_states if transition.from_ == ("any",) else transition.from_
        return tuple(name for name in named if name not in transition.but_not)

    def deadline_title(self, name: str) -> str:
        """Return what a deadline is called; one that this version does not know by its name."""
        known = self.deadlines.get(name)
        return known.title if known is not None else name.replace("_", " ")

    def meeting_title(self, name: str) -> str:
        """Return what a meeting is called, by its name where it has no title."""
        return self.meetings[name].title or name.replace("_", " ")

    def deadline_states(self, deadline: Deadline) -> tuple[str, ...]:
        """Return the states in which a deadline may stand."""
        return deadline.in_ or self.open_states
