"""What the office did, in words: who, what, about whom or what, and what it was before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from apflow.store import register
from apflow.store.office_acts import COMMAND_LINE, OfficeAct
from apflow.store.register import Person
from apflow.web.roles import Titles
from apflow.web.site import Site
from apflow.web.wording import first_up, value

#: What was done, by its name in the store.
WHAT: Mapping[str, str] = {
    "add_person": "Person added",
    "change_person": "Name or e-mail address changed",
    "disable": "Person disabled",
    "enable": "Person enabled again",
    "give_role": "Role given",
    "take_role": "Role taken away",
    "set_password": "Own password set",
    "set_password_for": "One-time password given",
    "link_identity": "Identity elsewhere linked",
    "unlink_identity": "Identity elsewhere unlinked",
    "issue_token": "Token made",
    "revoke_token": "Token taken back",
    "add_organisation": "Organisation added",
    "change_organisation": "Organisation changed",
    "change_calendar": "Calendar imported",
    "list_sitting": "Sitting listed",
    "remove_sitting": "Sitting removed",
}
_LABELS: Mapping[str, str] = {"urn": "URN", "email": "E-mail address"}


@dataclass(frozen=True, slots=True)
class Said:
    """One act in words: `about` is what it was about, `href` where that is kept, if anywhere."""

    at: datetime
    who: str
    what: str
    about: str
    href: str
    details: tuple[tuple[str, str], ...]
    id: str


class Speaker:
    """Puts acts into words; knows everybody's names."""

    def __init__(self, site: Site) -> None:
        self._titles = Titles(site)
        with site.office.store.reading() as tx:
            self._people: dict[str, Person] = {one.id: one for one in register.list_people(tx)}

    def say(self, acts: Iterable[OfficeAct]) -> list[Said]:
        """Return acts in words, in their order."""
        return [self._said(one) for one in acts]

    def person(self, person: str) -> str:
        """Return somebody's name."""
        if person == COMMAND_LINE:
            return "The command line"
        found = self._people.get(person)
        return found.name if found is not None else "Somebody unknown"

    def _said(self, act: OfficeAct) -> Said:
        about, href = self._about(act)
        return Said(
            at=act.at,
            who=self.person(act.person),
            what=WHAT.get(act.what, first_up(act.what.replace("_", " "))),
            about=about,
            href=href,
            details=tuple(self._details(act)),
            id=act.id,
        )

    def _about(self, act: OfficeAct) -> tuple[str, str]:
        if act.about_kind == "person":
            return self._of_person(act.about)
        if act.about_kind == "token":
            return self._of_person(str(act.details.get("person", "")))
        if act.about_kind == "organisation":
            name = self._titles.organisation(act.about)
            return name, f"/admin/organisations/{act.about}"
        if act.about_kind == "calendar":
            return self._titles.organisation(act.about), f"/admin/calendars/{act.about}"
        if act.about_kind == "sitting":
            policy_meeting, _, _ = act.about.rpartition("/")
            return act.about.replace("/", ", ").replace("_", " "), (
                f"/admin/meetings/{policy_meeting}" if policy_meeting else ""
            )
        return act.about, ""

    def _of_person(self, person: str) -> tuple[str, str]:
        found = self._people.get(person)
        href = f"/admin/people/{found.handle}" if found is not None else ""
        return self.person(person), href

    def _details(self, act: OfficeAct) -> Iterable[tuple[str, str]]:
        for name, given in act.details.items():
            if name == "person" or given is None or given == {}:
                continue
            label = _LABELS.get(name, first_up(name.replace("_", " ")))
            if name == "role":
                yield label, self._titles.role(str(given))
            elif name == "organisation":
                yield label, self._titles.organisation(str(given))
            elif isinstance(given, list) and len(given) == 2:
                yield label, f"{_plain(given[0])} → {_plain(given[1])}"
            elif isinstance(given, Mapping):
                yield from ((first_up(str(one)), _plain(of)) for one, of in given.items())
            else:
                yield label, _plain(given)


def _plain(given: object) -> str:
    return "nothing" if given is None or given == "" else value(given)
