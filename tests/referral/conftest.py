"""What the tests of referrals share."""

import pytest

from apflow.policy.calendar import Calendar
from apflow.policy.compiled import Compiled, compile_lifecycle
from apflow.policy.lifecycle import Lifecycle
from tests.referral.story import POLICY, Story


@pytest.fixture(scope="session")
def compiled() -> Compiled:
    """Return the small policy that stories are told under."""
    return compile_lifecycle(Lifecycle.model_validate(POLICY))


@pytest.fixture
def story(compiled: Compiled, example_calendar: Calendar) -> Story:
    """Return a story that has not begun."""
    return Story(compiled, example_calendar)
