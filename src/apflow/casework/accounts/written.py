"""What is written down of a person or an organisation alike: an id and a name."""

import re

from apflow.errors import BadInput
from apflow.policy.written import take_text

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")


def id_and_name(
    identity: str, name: str, longest: int, nameless: str
) -> tuple[str, list[BadInput]]:
    """Return the name on one line, and what is wrong with the id and the name.

    `nameless` is what somebody is told who leaves the name out.
    """
    wrong: list[BadInput] = []
    if not _ID.fullmatch(identity):
        says = "use up to 60 letters, digits, - _ and ., beginning with a letter or digit"
        wrong.append(BadInput("id", identity, says))
    try:
        name = " ".join(take_text("name", name, longest).split())
        if not name:
            wrong.append(BadInput("name", "", nameless))
    except BadInput as error:
        wrong.append(error)
    return name, wrong
