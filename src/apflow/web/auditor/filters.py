"""What an auditor looks for, as a page's address holds it: people by handle, nobody by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from apflow.casework.accounts.roles import lifecycles_known
from apflow.casework.tracing import HOUSE_TITLES
from apflow.policy.situation import SYSTEM
from apflow.store import register
from apflow.store.tracing import Looks, Traces
from apflow.web import keeping
from apflow.web.keeping import Wrong, day_of, text_in
from apflow.web.site import Site

#: How the house itself is chosen among people.
HOUSE: Final = "apflow"
#: Longest that a reference or the id of a run may be.
_LONGEST: Final = 80
#: The filters by which steps are found, as they stand in an address.
STEP_FILTERS: Final = (
    "who", "event", "policy", "reference", "run", "recorded_from", "recorded_to",
    "happened_from", "happened_to",
)  # fmt: skip
LOOK_FILTERS: Final = ("who", "reference", "first", "last")
_DAYS: Final = {
    "recorded_from": "Recorded from", "recorded_to": "Recorded to",
    "happened_from": "Happened from", "happened_to": "Happened to",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """What may be chosen: people's (id, name) by handle, events' and policies' titles by id."""

    people: Mapping[str, tuple[str, str]]
    events: Mapping[str, str]
    policies: Mapping[str, str]

    @property
    def names(self) -> dict[str, str]:
        """The names to choose from, by handle."""
        return {handle: name for handle, (_, name) in self.people.items()}


def known(site: Site) -> Known:
    """Return what steps may be looked for by."""
    titles: dict[str, dict[str, None]] = {
        name: {title: None} for name, title in HOUSE_TITLES.items()
    }
    policies: dict[str, str] = {}
    for lifecycle in lifecycles_known(site.office):
        policies.setdefault(lifecycle.lifecycle, lifecycle.title)
        for name, event in lifecycle.events.items():
            titles.setdefault(name, {})[event.title] = None
    events = {name: " or ".join(found) for name, found in titles.items()}
    return Known(
        by_handle(site) | {HOUSE: (SYSTEM, "apflow itself")},
        dict(sorted(events.items(), key=lambda one: one[1].casefold())),
        policies,
    )


def by_handle(site: Site) -> dict[str, tuple[str, str]]:
    """Return everybody's (id, name) by handle, in the order of names."""
    with site.office.store.reading() as tx:
        return {one.handle: (one.id, one.name) for one in register.list_people(tx)}


def traces(asked: QueryParams, may: Known, wrong: Wrong, today: date) -> Traces:
    """Return which steps are asked for; what cannot be is said in `wrong`."""
    days = {name: day_of(asked, name, wrong, today, called) for name, called in _DAYS.items()}
    for first, last in (("recorded_from", "recorded_to"), ("happened_from", "happened_to")):
        _in_order(days[first], days[last], last, _DAYS[last], wrong)
    return Traces(
        actor=_person(asked, may.people, wrong),
        event=_one_of(asked, "event", may.events, wrong),
        policy=_one_of(asked, "policy", may.policies, wrong),
        reference=_reference(asked),
        flow_run=_word(asked, "run"),
        **days,
    )


def looks(
    asked: QueryParams, people: Mapping[str, tuple[str, str]], wrong: Wrong, today: date
) -> Looks:
    """Return which looks are asked for; what cannot be is said in `wrong`."""
    first = day_of(asked, "first", wrong, today, "From")
    last = day_of(asked, "last", wrong, today, "To")
    _in_order(first, last, "last", "To", wrong)
    person = _person(asked, people, wrong)
    return Looks(person=person, reference=_reference(asked), from_=first, to=last)


def address(path: str, asked: QueryParams, filters: tuple[str, ...], **more: str) -> str:
    """Return the address of a page with the same filters, and `more`."""
    kept = {name: asked[name] for name in filters if asked.get(name)}
    query = urlencode({**kept, **more})
    return f"{path}?{query}" if query else path


def shown(asked: QueryParams, filters: tuple[str, ...]) -> dict[str, str]:
    """Return what the form holds: what was asked."""
    return {name: keeping.typed(asked, name) for name in filters}


def _person(asked: QueryParams, people: Mapping[str, tuple[str, str]], wrong: Wrong) -> str | None:
    handle = text_in(asked, "who")
    if handle and handle not in people:
        wrong["who"] = "Choose somebody from the list"
    return people[handle][0] if handle in people else None


def _one_of(asked: QueryParams, name: str, known: Mapping[str, str], wrong: Wrong) -> str | None:
    given = text_in(asked, name)
    if given and given not in known:
        wrong[name] = "Choose one from the list"
    return given if given in known else None


def _word(asked: QueryParams, name: str) -> str | None:
    return keeping.typed(asked, name)[:_LONGEST] or None


def _reference(asked: QueryParams) -> str | None:
    """Return the reference asked for, with dashes where somebody typed spaces."""
    return "-".join((_word(asked, "reference") or "").split()) or None


def _in_order(first: date | None, last: date | None, field: str, called: str, wrong: Wrong) -> None:
    if first is not None and last is not None and last < first:
        wrong[field] = f"{called}: this is before the first day"
