"""The register on the command line: organisations, people and their roles, pupils, sittings."""

import click

from apflow.casework.accounts import organisations, people
from apflow.cli import asking, saying
from apflow.clock import london_day, utc_now
from apflow.errors import BadInput
from apflow.policy.written import take_date
from apflow.store import register as known
from apflow.store.engine import Taken
from apflow.store.office_acts import COMMAND_LINE
from apflow.store.register import Pupil


@click.group("register")
def register() -> None:
    """Organisations, people and their roles, pupils."""


@register.command("organisation")
@click.argument("identity", metavar="ID")
@click.argument("name")
@click.argument("particulars", nargs=-1, metavar="[NAME=VALUE]...")
@asking.as_json
def organisation(identity: str, name: str, particulars: tuple[str, ...], as_json: bool) -> int:
    """Add an organisation, or change its name and particulars (such as urn=134310)."""
    given = asking.answers(particulars, None)
    office = asking.casework().office
    put = organisations.put_organisation(office, COMMAND_LINE, identity, name, given, utc_now())
    told = {"id": put.id, "name": put.name, "particulars": put.particulars}
    return saying.done(f"{put.id}: {put.name}", told, as_json=as_json)


@register.command("person")
@click.argument("identity", metavar="ID")
@click.argument("name")
@click.argument("roles", nargs=-1, metavar="ROLE[@ORGANISATION]...")
@click.option("--email")
@click.option("--disable", is_flag=True, help="They may no longer act; the history keeps them.")
@asking.as_json
def person(
    identity: str, name: str, roles: tuple[str, ...], email: str | None, disable: bool,
    as_json: bool,
) -> int:  # fmt: skip
    """Add a person, or change them, and give them roles: school@oakwood, forum, administrator."""
    given = [(called, where or None) for called, _, where in (one.partition("@") for one in roles)]
    put = people.put_person(
        asking.casework().office, COMMAND_LINE, identity, name, email, utc_now(),
        roles=given, disabled=disable,
    )  # fmt: skip
    told = {"id": put.id, "name": put.name, "given": roles, "disabled": disable}
    return saying.done(f"{put.id}: {put.name}", told, as_json=as_json)


@register.command("pupil")
@click.argument("identity", metavar="ID")
@click.argument("name")
@click.option("--born", metavar="DATE")
@asking.as_json
def pupil(identity: str, name: str, born: str | None, as_json: bool) -> int:
    """Add a pupil under an ID that says nothing of them."""
    day = None if born is None else take_date("--born", born, london_day(utc_now()))
    try:
        with asking.casework().store.writing() as tx:
            known.add_pupil(tx, Pupil(_id(identity), name, day))
    except Taken:
        raise BadInput("ID", identity, "is taken already") from None
    return saying.done(f"{identity}: added", {"id": identity, "added": True}, as_json=as_json)


def _id(identity: str) -> str:
    if not 0 < len(identity) <= 60 or not all(one.isalnum() or one in "-_." for one in identity):
        raise BadInput("ID", identity, "is made of letters, digits, - _ and .")
    return identity


@register.command("list")
@asking.as_json
def list_(as_json: bool) -> int:
    """List organisations, and people with their roles (no pupils)."""
    with asking.casework().store.reading() as tx:
        organisations = known.list_organisations(tx)
        people = known.list_people(tx)
        roles: dict[str, list[str]] = {}
        for one in known.list_memberships(tx):
            where = f"@{one.organisation}" if one.organisation else ""
            roles.setdefault(one.person, []).append(one.role + where)
    if as_json:
        saying.put({
            "organisations": [
                {"id": one.id, "name": one.name, "particulars": one.particulars}
                for one in organisations
            ],
            "people": [
                {"id": one.id, "name": one.name, "disabled": one.disabled,
                 "roles": roles.get(one.id, [])}
                for one in people
            ],
        })  # fmt: skip
        return 0
    saying.table([(one.id, one.name) for one in organisations], ("organisation", "name"))
    click.echo()
    saying.table(
        [(one.id, one.name + (" (disabled)" if one.disabled else ""),
          ", ".join(roles.get(one.id, []))) for one in people],
        ("person", "name", "roles"),
    )  # fmt: skip
    return 0
