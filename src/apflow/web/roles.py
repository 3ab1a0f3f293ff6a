"""Roles as people know them: by their titles, with the organisation in which they are held."""

from collections.abc import Iterable, Mapping

from apflow.casework.accounts.roles import KnownRole, in_words, roles_known
from apflow.store import register
from apflow.web.site import Site


class Titles:
    """The titles of every role that can be held, and the names of every organisation."""

    def __init__(self, site: Site) -> None:
        self.known: Mapping[str, KnownRole] = roles_known(site.office)
        with site.office.store.reading() as tx:
            self.organisations = {one.id: one.name for one in register.list_organisations(tx)}

    def role(self, role: str) -> str:
        """Return what a role is called, without what is said of it."""
        known = self.known.get(role)
        if known is None:
            return in_words(role)
        return known.title if known.policies else known.title.partition(":")[0]

    def offered(self, role: str) -> str:
        """Return what a role is called to whoever gives it: with what each policy calls it."""
        known = self.known[role]
        theirs = f" ({', '.join(known.titles)})" if len(known.titles) > 1 else ""
        return known.title + theirs

    def held(self, role: str, where: str | None) -> str:
        """Return a role with where it is held: `School · Ashmead Academy`."""
        return self.role(role) + (f" · {self.organisation(where)}" if where else "")

    def organisation(self, organisation: str) -> str:
        """Return an organisation's name, its id where it has none."""
        return self.organisations.get(organisation, organisation)

    def all_held(self, roles: Iterable[tuple[str, str | None]]) -> list[str]:
        """Return several roles with where they are held."""
        return [self.held(role, where) for role, where in roles]
