"""Forms as they were posted."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

#: Most fields that one form may have; the largest of a policy has about two hundred.
_MOST_FIELDS = 1000


async def _posted(request: Request) -> AsyncIterator[FormData]:
    # Uploaded files wait on the disk until the form is closed.
    async with request.form(max_files=2, max_fields=_MOST_FIELDS) as form:
        yield form


#: A handler's parameter: the form that was posted, several values for one name allowed.
Posted = Annotated[FormData, Depends(_posted)]


def text_of(form: FormData, name: str) -> str:
    """Return what was typed into the field `name`, without space around it; "" for nothing."""
    given = form.get(name)
    return given.strip() if isinstance(given, str) else ""


def texts_of(form: FormData, name: str) -> list[str]:
    """Return every value ticked under `name`."""
    return [one for one in form.getlist(name) if isinstance(one, str)]


def file_of(form: FormData, name: str) -> tuple[str, bytes] | None:
    """Return the name and content of an uploaded file, None where none was chosen."""
    given = form.get(name)
    if not isinstance(given, UploadFile) or not given.filename:
        return None
    return given.filename, given.file.read()
