"""What everything in the interface for programs is made of."""

import re
from datetime import date
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Shape(BaseModel):
    """An object of the interface; a member that it does not know is refused, not passed over."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Answered(BaseModel):
    """An object that is answered; later versions may have more members."""

    model_config = ConfigDict(frozen=True)


def _day(given: object) -> object:
    # Left alone, pydantic reads "0" as a day: so many seconds after 1970.
    if isinstance(given, str) and not _DAY.fullmatch(given):
        raise ValueError("write the day as 2027-03-10")
    if isinstance(given, int | float):
        raise ValueError("write the day as 2027-03-10")  # noqa: TRY004 - it is what pydantic takes
    return given


#: A day that a program gives.
Day = Annotated[
    date,
    BeforeValidator(_day),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["2027-03-10"]}),
]
#: A lifecycle's name of something: a state, an event, a role, a fact.
NAME: Final = r"^[a-z][a-z0-9_]*$"
POLICY: Final = r"^[a-z][a-z0-9-]{0,59}$"
IDENTITY: Final = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}$"
REFERENCE: Final = r"^[A-Z]{2,4}-[0-9]{4}-[0-9A-HJKMNP-TV-Z]{6}-[0-9A-HJKMNP-TV-Z]$"
#: The id of a Request: 32 hexadecimal digits, or a UUID as it is usually written.
REQUEST: Final = r"^([0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$"
#: Where a page of a list ends, by what the list is ordered by.
OF_REFERRALS: Final = r"^[0-9TZ:.-]{1,40}~[A-Z0-9-]{1,40}$"
OF_GROUPS: Final = r"^(overdue|soon|others|rest)~[0-9TZ:.-]{1,40}~[A-Z0-9-]{1,40}$"
OF_DEADLINES: Final = r"^[0-9TZ:.-]{1,40}~[A-Z0-9-]{1,40}~[a-z][a-z0-9_]{0,59}~[0-9]{1,9}$"
OF_SITTINGS: Final = r"^[0-9-]{10}~[a-z][a-z0-9-]{0,59}~[a-z][a-z0-9_]{0,59}$"

Name = Annotated[str, Field(pattern=NAME, max_length=60)]


class Named(Answered):
    """Something with an id, and what people call it."""

    name: str = Field(description="What it is called in the lifecycle, or its id.")
    title: str = Field(description="What people call it.")


class Someone(Answered):
    """A person who acts."""

    person: str = Field(description="Their id. It is `system` for what apflow does itself.")
    name: str = Field(description="What they are called.")
