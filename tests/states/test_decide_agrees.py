"""The two policies: the machine, the library's engine and a plain reading say the same."""

from typing import Any

from apflow.policy.calendar import Calendar
from tests.random_questions import agreed

EXAMPLES = 300


def test_decide_says_what_the_library_and_the_format_say(
    policy: Any, example_calendar: Calendar
) -> None:
    seen = agreed(policy.machine, example_calendar, EXAMPLES)
    for outcome in ("allowed", "refused", "unknown"):
        assert seen[outcome] >= EXAMPLES // 20
    for kind in ("overridden", "stayed", "moved", "advised"):
        assert seen[kind] >= 1
