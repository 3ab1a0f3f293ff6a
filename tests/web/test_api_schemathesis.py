"""The interface for programs against its own description, by schemathesis: nothing is found.

Every check of schemathesis, over the real server on the invented cohort, with the tokens of a
caseworker, a manager and an auditor.
"""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.web_site import Served

#: How many operations there are: all of them are tried.
OPERATIONS = 15
#: What may be answered with 422 though it is as the document says: what an event asks is data of
#: its policy, and a period may end before it begins.
TAKEN_OR_NOT = """
[[operations]]
include-method = "POST"
checks.positive_data_acceptance.expected-statuses = ["2xx", "401", "403", "404", "409", "422"]

[[operations]]
include-path = "/api/v1/numbers"
checks.positive_data_acceptance.expected-statuses = ["2xx", "401", "403", "404", "422"]
"""


@pytest.mark.parametrize(
    ("person", "phases"),
    [
        ("rosa", "examples,fuzzing,stateful"),
        ("morgan", "coverage"),
        ("audrey", "examples,stateful"),
    ],
)
def test_schemathesis_finds_nothing(site: Served, tmp_path: Path, person: str, phases: str) -> None:
    """Links in the document lead from the lists to referrals that are there (stateful)."""
    ends = site.moment() + timedelta(days=1)
    token = site.accounts.issue_token(person, "api", "a test", ends, site.moment())
    config = tmp_path / "schemathesis.toml"
    config.write_text(TAKEN_OR_NOT)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config)),
            *("run", f"{site.url}/api/v1/openapi.json"),
            *("--header", f"Authorization: Bearer {token}"),
            *("--checks", "all", "--phases", phases, "--max-examples", "5"),
            *("--generation-deterministic", "--no-color"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    if phases == "coverage":
        assert f"Tested: {OPERATIONS}" in " ".join(done.stdout.split())
