"""What `docs/api.md` shows can be typed as it stands, and is answered as it says."""

import json
import re
import shlex
from pathlib import Path
from typing import Any, get_args

import httpx

from apflow.policy.lifecycle import FactType
from apflow.web.api.problems import KINDS
from tests.web.programs import program
from tests.web_site import Served

GUIDE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
#: A command with the code that it says to expect; what is sent may go over several lines.
_TYPED = re.compile(r"^(curl [^\n']*(?:'[^']*')?)(?:  # (\d{3}))?$", re.MULTILINE)


def typed() -> list[tuple[list[str], int]]:
    """Return each command as a shell splits it, and the code that it is to be answered with."""
    shown = "\n".join(re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL))
    commands = [(shlex.split(words), code) for words, code in _TYPED.findall(shown)]
    assert len(commands) == shown.count("curl ")
    return [(words, int(code) if code else 201 if "--json" in words else 200)
            for words, code in commands]  # fmt: skip


def answered(client: httpx.Client, words: list[str], reference: str) -> httpx.Response:
    assert words[:3] == ["curl", "-H", "$AUTH"]
    address = words[3].replace("$APFLOW/api/v1", "").replace("$REF", reference)
    if len(words) == 4:
        return client.get(address)
    assert words[4] == "--json"
    sent = {"Content-Type": "application/json", "Accept": "application/json"}
    return client.post(address, content=words[5], headers=sent)


def test_every_example_is_answered_as_it_says(site: Served) -> None:
    """By Gwen, whose school referred this pupil."""
    reference = site.invented.told_by("maidstone_deciding.named_in_the_plan").reference
    client, commands = program(site, "gwen"), typed()
    assert len(commands) >= 13
    told: dict[str, Any] = {}
    for words, code in commands:
        answer = answered(client, words, reference)
        assert answer.status_code == code, (words, answer.text[:500])
        told[words[-1]] = answer.json()
    (refused,) = [one for one in told.values() if one.get("status") == 409]
    shown = json.loads(re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)[0])
    assert {**refused, "request": ""} == {**shown, "request": ""}


def test_every_kind_of_problem_and_of_fact_is_told() -> None:
    for kind in KINDS:
        assert f"`{kind}`" in GUIDE
    for kind in get_args(FactType):
        assert f"`{kind}`" in GUIDE
    for code in (401, 403, 404, 405, 409, 413, 422, 503):
        assert f"| {code} |" in GUIDE
