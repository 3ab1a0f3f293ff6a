"""Accounts on the command line: set a password, see who may sign in, sign somebody out."""

import sys

import click

from apflow.casework.accounts import Accounts, people
from apflow.casework.accounts.people import PersonKept
from apflow.cli import asking, saying
from apflow.clock import LONDON, utc_now
from apflow.errors import BadInput
from apflow.store.office_acts import COMMAND_LINE

#: Longer than any password may be.
_MOST_LETTERS = 2000


@click.group("account")
def account() -> None:
    """Who may sign in to the pages: passwords and sessions."""


@account.command("password")
@click.argument("person")
@click.option("--stdin", "from_stdin", is_flag=True, help="Read it from standard input, one line.")
@click.option(
    "--one-time",
    is_flag=True,
    help="Make a word with which they sign in once, to choose their own.",
)
@asking.as_json
def password(person: str, from_stdin: bool, one_time: bool, as_json: bool) -> int:
    """Set a person's password; it is typed twice and not shown."""
    if from_stdin and one_time:
        raise BadInput(
            "--stdin", "--one-time", "a one-time word is made, not given; use one of both"
        )
    accounts = Accounts(asking.casework().office)
    if one_time:
        given = accounts.set_password_for(COMMAND_LINE, person, utc_now())
        until = given.ends_at.astimezone(LONDON)
        words = f"{person} signs in once with {given.word} until {until:%d %b %Y %H:%M}"
        told = {"person": person, "one_time_word": given.word, "until": given.ends_at}
        return saying.done(words, told, as_json=as_json)
    typed = _from_stdin() if from_stdin else _typed(accounts, person)
    accounts.set_password(person, typed, utc_now(), by=COMMAND_LINE)
    told = {"person": person, "password_set": True}
    return saying.done(f"{person}: password set", told, as_json=as_json)


def _typed(accounts: Accounts, person: str) -> str:
    if not sys.stdin.isatty():
        says = "nothing can be typed here; give it on standard input with --stdin"
        raise BadInput("password", "…", says)
    # Whoever is not there is said before anything is typed.
    accounts.require_person(person)
    word: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return word


def _from_stdin() -> str:
    try:
        line = sys.stdin.readline(_MOST_LETTERS)
    except UnicodeDecodeError:
        raise BadInput("password", "…", "is not text: it holds what is no UTF-8") from None
    return line.rstrip("\r\n")


@account.command("list")
@asking.as_json
def list_(as_json: bool) -> int:
    """List everybody with their roles, and whether they have a password."""
    kept = people.kept_people(asking.casework().office)
    if as_json:
        saying.put([_written(one) for one in kept])
        return 0
    rows = [
        (
            one.person.id,
            one.person.name,
            one.person.email or "",
            ", ".join(_roles(one)),
            _standing(one),
        )
        for one in kept
    ]
    saying.table(rows, ("person", "name", "e-mail", "roles", "sign-in"))
    return 0


@account.command("link")
@click.argument("person")
@click.argument("issuer")
@click.argument("subject")
@asking.as_json
def link(person: str, issuer: str, subject: str, as_json: bool) -> int:
    """Note whose an account at an OpenID Connect provider is.

    Needed where the provider does not vouch for e-mail addresses. SUBJECT is what the provider
    calls the person (`sub`), ISSUER the provider as APFLOW_SSO_ISSUER names it.
    """
    if not issuer.strip() or not subject.strip():
        raise BadInput("issuer or subject", "", "say both, as the provider does")
    accounts = Accounts(asking.casework().office)
    accounts.link_identity(issuer, subject, person, utc_now(), by=COMMAND_LINE)
    told = {"person": person, "issuer": issuer, "linked": True}
    return saying.done(f"{person} may sign in at {issuer}", told, as_json=as_json)


@account.command("sign-out")
@click.argument("person")
@asking.as_json
def sign_out(person: str, as_json: bool) -> int:
    """End every session of a person."""
    ended = people.sign_out_for(asking.casework().office, COMMAND_LINE, person, utc_now())
    count = f"{ended} session" + ("" if ended == 1 else "s")
    told = {"person": person, "sessions_ended": ended}
    return saying.done(f"{person}: {count} ended", told, as_json=as_json)


def _roles(one: PersonKept) -> list[str]:
    return [f"{role}@{where}" if where else role for role, where in one.roles]


def _standing(one: PersonKept) -> str:
    if one.person.disabled:
        return "disabled"
    if not one.has_password:
        return "no password"
    return "one-time password" if one.must_change else "password"


def _written(one: PersonKept) -> dict[str, object]:
    return {
        "person": one.person.id,
        "name": one.person.name,
        "email": one.person.email,
        "disabled": one.person.disabled,
        "roles": _roles(one),
        "sign_in": _standing(one),
    }
