"""The people and places of the cohort: all invented, and what a story picks from them.

Names of pupils are put together from two short lists. Nobody here is anybody.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from random import Random
from typing import Final

from apflow.store.register import Membership, Organisation, Person, Pupil

MAIDSTONE: Final = "maidstone-and-malling"
HERONSGATE: Final = "heronsgate"

COUNCIL: Final = "wealdshire"
UNIT: Final = "brook-lane"
SPECIALIST: Final = "larkrise"
SECONDARIES: Final = ("ashmead", "harrowfield", "kingsbarrow", "saxon-park")

PRIMARY: Final = "heronsgate"
CITY: Final = "ousebridge"
#: Providers: one whose word on safeguarding holds, one whose word runs out shortly before the
#: cohort's last day, and one that the policy does not name.
COPPICE, HARBOUR, UNLISTED = "coppice-lane", "harbour-house", "mill-meadow"

#: Those who are named in "where to look", and the panels' chairs.
CASEWORKER, COLLEAGUE = "rosa", "tomas"
UNIT_WORKER, HEAD = "imran", "hugh"
SCHOOL_WORKER = "gwen"
MANAGER, AUDITOR = "morgan", "audrey"
FORUM_CHAIR, PANEL_CHAIR = "helen", "bridget"

_PLACES: Final = {
    COUNCIL: "Wealdshire County Council",
    UNIT: "Brook Lane Centre",
    SPECIALIST: "Larkrise Special School",
    "ashmead": "Ashmead Academy",
    "harrowfield": "Harrowfield School",
    "kingsbarrow": "Kingsbarrow High School",
    "saxon-park": "Saxon Park School",
    PRIMARY: "Heronsgate School",
    CITY: "Ousebridge City Council",
}
_PROVIDERS: Final[Mapping[str, tuple[str, Mapping[str, object]]]] = {
    COPPICE: ("Coppice Lane Provision", {"urn": 999001, "listed": True}),
    HARBOUR: ("Harbour House", {"listed": True}),
    UNLISTED: ("Mill Meadow Farm", {"listed": False}),
}
#: Everybody who acts: name, and roles with the organisation in which each is held.
_PEOPLE: Final[Mapping[str, tuple[str, tuple[tuple[str, str | None], ...]]]] = {
    CASEWORKER: ("Rosa Lindqvist", (("la", COUNCIL),)),
    COLLEAGUE: ("Tomas Abara", (("la", COUNCIL),)),
    "sefton": ("Sefton Quayle", (("send", COUNCIL),)),
    "vera": ("Vera Holm", (("virtual_school", COUNCIL),)),
    UNIT_WORKER: ("Imran Vale", (("pru", UNIT),)),
    "kate": ("Kate Orchard", (("pru", UNIT),)),
    FORUM_CHAIR: ("Helen Marsh", (("forum", None),)),
    SCHOOL_WORKER: ("Gwen Pascoe", (("school", "ashmead"), ("receiving", "ashmead"))),
    "hari": ("Hari Stone", (("school", "harrowfield"), ("receiving", "harrowfield"))),
    "kofi": ("Kofi Lamb", (("school", "kingsbarrow"), ("receiving", "kingsbarrow"))),
    "sian": ("Sian Dell", (("school", "saxon-park"), ("receiving", "saxon-park"))),
    "olive": ("Olive Tranter", (("school", PRIMARY),)),
    HEAD: ("Hugh Farrow", (("head", PRIMARY),)),
    "nadia": ("Nadia Finch", (("named_staff", PRIMARY),)),
    "ned": ("Ned Sorrel", (("named_staff", PRIMARY),)),
    "lena": ("Lena Crane", (("safeguarding_lead", PRIMARY),)),
    PANEL_CHAIR: ("Bridget Oduya", (("panel", None),)),
    "marcus": ("Marcus Thorn", (("la", CITY),)),
    "hattie": ("Hattie Wren", (("provider", HARBOUR),)),
    "colin": ("Colin Moss", (("provider", COPPICE),)),
    MANAGER: ("Morgan Hale", (("manager", None), ("administrator", None))),
    AUDITOR: ("Audrey Penn", (("auditor", None),)),
}
_GIVEN: Final = (
    "Abel", "Anwen", "Bashir", "Briony", "Caspian", "Celeste", "Dario", "Delphine", "Emrys",
    "Esme", "Farah", "Fergus", "Ginevra", "Gideon", "Hester", "Idris", "Isolde", "Jory",
    "Kezia", "Leander", "Maeve", "Nico", "Odette", "Peregrine", "Quentin", "Rafferty", "Saskia",
    "Tamsin", "Ulric", "Verity",
)  # fmt: skip
_FAMILY: Final = (
    "Amberfell", "Birdsong", "Cloudesley", "Dunnockby", "Everlode", "Fernihurst", "Goldhanger",
    "Hawtrey", "Inkpen", "Jessamy", "Kestleby", "Larkham", "Merriweather", "Nightingale-Bray",
    "Otterspool", "Pettigrove", "Quillfeather", "Ravenscar", "Silverlock", "Thistlewick",
    "Underbarrow", "Vellacott", "Whistlecroft", "Yarrowby",
)  # fmt: skip
_STAFF: Final = ("Ms Fenwick", "Mr Achebe", "Mrs Dray", "Mr Lowen", "Ms Petrova", "Mx Calder")


@dataclass(frozen=True, slots=True)
class Scene:
    """What a story may pick from: two schools, and chance that is the same for a seed."""

    rng: Random
    school: str
    receiving: str

    @classmethod
    def set(cls, rng: Random) -> "Scene":
        """Return a scene with two different schools."""
        school, receiving = rng.sample(SECONDARIES, 2)
        return cls(rng, school, receiving)

    def one_of(self, *choices: str) -> str:
        """Pick one of several wordings or options."""
        return self.rng.choice(choices)

    def between(self, low: int, high: int) -> int:
        """Pick a number, both ends included."""
        return self.rng.randint(low, high)

    def staff(self) -> str:
        """Pick a member of a school's staff."""
        return self.one_of(*_STAFF)


def organisations(assured_until: date, until: date) -> Iterator[Organisation]:
    """Give every place; `until` is the cohort's last day.

    `assured_until` is the day to which Harbour House's word on safeguarding reaches.
    """
    for place, name in _PLACES.items():
        yield Organisation(place, name)
    for provider, (name, particulars) in _PROVIDERS.items():
        yield Organisation(
            provider,
            name,
            {
                **particulars,
                "about": "Invented for the demonstration",
                "age_from": 5,
                "age_to": 11,
                "rating": "Good",
                "rating_checked_on": (until - timedelta(days=200)).isoformat(),
                "assurance_until": _assured(provider, assured_until, until).isoformat(),
            },
        )


def _assured(provider: str, runs_out: date, until: date) -> date:
    return runs_out if provider == HARBOUR else until + timedelta(days=300)


def people() -> Iterator[tuple[Person, tuple[Membership, ...]]]:
    """Give everybody who acts, with the roles that they hold."""
    for person, (name, roles) in _PEOPLE.items():
        held = tuple(Membership(person, role, place) for role, place in roles)
        yield Person(person, name), held


def acting(role: str, organisation: str | None, number: int) -> str:
    """Return who acts in a role for an organisation; of several, one by the story's number."""
    fitting = [
        person for person, (_, roles) in _PEOPLE.items() if (role, organisation) in roles
    ]  # fmt: skip
    return fitting[number % len(fitting)]


def pupils(rng: Random, ages: tuple[int, ...], until: date) -> tuple[Pupil, ...]:
    """Return a pupil of each age, no two of one name."""
    everybody = [f"{given} {family}" for given, family in product(_GIVEN, _FAMILY)]
    names = rng.sample(everybody, len(ages))
    return tuple(
        Pupil(f"pupil-{number:03d}", name, _born(rng, age, until))
        for number, (name, age) in enumerate(zip(names, ages, strict=True), start=1)
    )


def _born(rng: Random, age: int, until: date) -> date:
    """Return a birthday of somebody who was `age` when the school year began."""
    began = until.year if until.month >= 9 else until.year - 1
    return date(began - age - 1, 9, 1) + timedelta(days=rng.randrange(365))


def pupil_words() -> tuple[str, ...]:
    """Return the words that pupils' names are made of: they stand where names may stand only."""
    return (*_GIVEN, *_FAMILY)
