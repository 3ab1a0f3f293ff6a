"""Sending a form: once, however often it is posted, and what comes back."""

import hashlib
import re
from collections.abc import Callable

from starlette.datastructures import FormData

from apflow.casework.accounts import Visitor
from apflow.errors import BadInput, BadInputs, Unknown
from apflow.referral import Request
from apflow.web.advancing import new_request_id, usable
from apflow.web.forms.fields import Fault
from apflow.web.forms.typed import Typed, one, shown
from apflow.web.site import Site
from apflow.web.wording import first_up

#: The names of the inputs that nobody sees, and of the button that leads back to a question.
REQUEST, SEEN, CHANGE = "request_id", "seen", "change"
#: What an input of ours can be called.
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,200}")
#: How often one form can be refused before it has to be opened anew.
_MOST_TRIES = 50


def typed_of(form: FormData) -> Typed:
    """Return every text posted, by the name of the input."""
    typed: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            typed.setdefault(name, []).append(value)
    return typed


def request_for(site: Site, visitor: Visitor, typed: Typed) -> tuple[str, Request | None]:
    """Return the id of the Request that a posted form is, and the Request if it was taken.

    A form that was refused and is sent again is another Request; its id follows from the first
    and from what was typed, so that sending that twice is one Request too.
    """
    wanted = usable(one(typed, REQUEST), visitor, site) or new_request_id()
    for _ in range(_MOST_TRIES):
        try:
            known = site.casework.request(wanted)
        except Unknown:
            return wanted, None
        if known.state in ("applied", "waiting"):
            return wanted, known
        wanted = _next(wanted, typed)
    return new_request_id(), None


def _next(request_id: str, typed: Typed) -> str:
    said = [(name, list(values)) for name, values in sorted(typed.items()) if name != REQUEST]
    text = f"{request_id}{said!r}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()[:32]


def sent(ask: Callable[[], Request]) -> Request | tuple[Fault, ...]:
    """Ask, and return the closed Request, or what the door could not take.

    Raises Unknown and StoreError as they come.
    """
    try:
        return ask()
    except BadInputs as several:
        return tuple(Fault("form", first_up(bad.says)) for bad in several.inputs)
    except BadInput as bad:
        return (Fault("form", first_up(bad.says)),)


def seen_of(typed: Typed, seq: int) -> int:
    """Return the last step that the person saw; what is no such number is the present one."""
    text = one(typed, SEEN)
    plain = text.isascii() and text.isdigit() and len(text) < 10
    return min(int(text), seq) if plain else seq


def kept(typed: Typed) -> list[tuple[str, str]]:
    """Return what was typed as (name, value), for inputs that nobody sees."""
    return [
        (name, shown(value))
        for name, values in typed.items()
        if _NAME.fullmatch(name) and name not in (REQUEST, SEEN, CHANGE)
        for value in values
    ]
