"""What the pages of auditors, administrators and one's own account share: forms and what is wrong.

What is wrong with a form is a dict from the id of a field to a sentence, in the order of the
page; "" stands for the form as a whole.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData, QueryParams

from apflow.errors import ApflowError, BadInput
from apflow.policy.written import take_date, take_text
from apflow.web.posting import text_of

Wrong = dict[str, str]
#: What a form holds: one that was posted, or the address of a search.
Given = FormData | QueryParams


def day_of(given: Given, name: str, wrong: Wrong, today: date, called: str) -> date | None:
    """Return the day typed into a field; None where nothing is, or what is there is no day."""
    typed = text_in(given, name)
    if not typed:
        return None
    try:
        return take_date(called, typed, today)
    except BadInput as error:
        wrong[name] = sentence(called, error)
        return None


def words_of(given: Given, name: str, wrong: Wrong, called: str, longest: int) -> str:
    """Return the words typed into a field on one line, "" where they cannot be kept."""
    try:
        return " ".join(take_text(called, text_in(given, name), longest).split())
    except BadInput as error:
        wrong[name] = sentence(called, error)
        return ""


def text_in(given: Given, name: str) -> str:
    """Return what was typed into a field of a posted form or of a search."""
    if isinstance(given, FormData):
        return text_of(given, name)
    return given.get(name, "").strip()


def typed(given: Given, name: str) -> str:
    """Return what was typed into a field, as the form may show it again."""
    return visible(text_in(given, name))


def visible(text: str) -> str:
    """Return a text without what no page can hold."""
    return "".join(one for one in text if one.isprintable() or one in "\r\n")


def sentence(called: str, error: BadInput) -> str:
    """Return in a sentence what is wrong with the field that people know as `called`."""
    return f"{called}: {error.says}"


def said(error: ApflowError) -> str:
    """Return what an error says of a form as a whole, without repeating what was given."""
    return error.says if isinstance(error, BadInput) else str(error)


def back(path: str, **about: str) -> Response:
    """Return the way on after something was done: a page that says so."""
    return RedirectResponse(path + (f"?{urlencode(about)}" if about else ""), 303)


def chosen(options: Mapping[str, str], value: str, nothing: str = "") -> list[dict[str, Any]]:
    """Return the items of a GOV.UK select; `nothing` is what the empty choice says."""
    items = [{"value": "", "text": nothing, "selected": value == ""}] if nothing else []
    return items + [
        {"value": key, "text": text, "selected": key == value} for key, text in options.items()
    ]
