"""Who asks: whoever's token is shown. A session's cookie opens nothing here (no CSRF)."""

from typing import Annotated, Final

from fastapi import Depends, Path, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from apflow.casework.accounts import Visitor
from apflow.web.api.problems import forbidden, nobody
from apflow.web.api.shape import POLICY, REFERENCE
from apflow.web.site import Here

_TOKEN: Final = HTTPBearer(
    scheme_name="token",
    description="A token of a person, made on their account page: `Authorization: Bearer apf_…`. "
    "It sees and may do what that person sees and may do at that moment, and nothing else.",
    auto_error=False,
)


def _caller(
    request: Request,
    site: Here,
    token: Annotated[HTTPAuthorizationCredentials | None, Depends(_TOKEN)],
) -> Visitor:
    secret = None if token is None else token.credentials
    found = site.accounts.by_token(secret, "api", site.now())
    if found is None:
        raise nobody(given="authorization" in request.headers)
    return found


#: A handler's parameter: whoever's token it is.
Calling = Annotated[Visitor, Depends(_caller)]


def _seer(found: Calling) -> Visitor:
    if not (found.acts or found.manages or found.audits):
        raise forbidden("It is for people who work on referrals, managers and auditors.")
    return found


def _manager(found: Calling) -> Visitor:
    if not (found.manages or found.audits):
        raise forbidden("It is for managers and auditors.")
    return found


def doer(found: Calling) -> Visitor:
    """Return a caller who may do something to referrals. Raises ApiFault for who only reads."""
    if not (found.acts or found.manages):
        raise forbidden("It is for people who work on referrals, and managers.")
    return found


#: The same, who may see referrals; who sees everything; who may do something to one.
Seeing = Annotated[Visitor, Depends(_seer)]
Managing = Annotated[Visitor, Depends(_manager)]
Doing = Annotated[Visitor, Depends(doer)]

#: Parameters that several operations have.
Reference = Annotated[
    str,
    Path(
        description="The referral's reference.",
        pattern=REFERENCE,
        examples=["MM-2026-PYR87Z-X"],
    ),
]
PolicyName = Annotated[
    str,
    Path(description="The policy's name.", pattern=POLICY, examples=["maidstone-and-malling"]),
]
Limit = Annotated[int, Query(description="Most items to answer.", ge=1, le=200)]
