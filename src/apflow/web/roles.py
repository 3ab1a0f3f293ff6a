"""Roles as people know them: by their titles, with the organisation in which they are held."""

from collections.abc import Iterable, Mapping

from apflow.casework.accounts.roles import KnownRole, lifecycles_known, roles_known
from apflow.store import register
from apflow.web.site import Site
from apflow.web.wording import first_up


class Titles:
    """The titles of every role that can be held, and the names of every organisation."""

    def __init__(self, site: Site) -> None:
        self.known: Mapping[str, KnownRole] = roles_known(site.office)
        # Policies may call one role differently; both are said, since it is held for both.
        titles: dict[str, dict[str, None]] = {}
        for lifecycle in lifecycles_known(site.office):
            for name, role in lifecycle.roles.items():
                titles.setdefault(name, {})[role.title or first_up(name.replace("_", " "))] = None
        self._titles = {name: " or ".join(found) for name, found in titles.items()}
        with site.office.store.reading() as tx:
            self.organisations = {one.id: one.name for one in register.list_organisations(tx)}

    def role(self, role: str) -> str:
        """Return what a role is called, without what is said of it."""
        known = self.known.get(role)
        house = known.title.partition(":")[0] if known and not known.policies else None
        return house or self._titles.get(role) or first_up(role.replace("_", " "))

    def held(self, role: str, where: str | None) -> str:
        """Return a role with where it is held: `School · Ashmead Academy`."""
        return self.role(role) + (f" · {self.organisation(where)}" if where else "")

    def organisation(self, organisation: str) -> str:
        """Return an organisation's name, its id where it has none."""
        return self.organisations.get(organisation, organisation)

    def all_held(self, roles: Iterable[tuple[str, str | None]]) -> list[str]:
        """Return several roles with where they are held."""
        return [self.held(role, where) for role, where in roles]
