"""The lists for the authority: what it has to confirm, to set, and to look through."""

from collections.abc import Iterator

from apflow.policy.check.footing import Footing
from apflow.policy.check.remarks import Listed, and_list
from apflow.policy.lifecycle import Due, Part

#: The sorts of lines, in the order in which they are shown; the last needs the clauses.
TO_CONFIRM = "setting to confirm"
WITHOUT_VALUE = "setting without a value"
WITHOUT_DATE = "deadline without a date"
OVERRIDABLE = "guard that may be overridden"
CARRIED_BY_NOTHING = "clause carried by nothing"


def listed(footing: Footing) -> Iterator[Listed]:
    """Give the lines about the lifecycle itself, sort by sort."""
    lifecycle = footing.compiled.lifecycle
    for name, setting in lifecycle.settings.items():
        shown = "no value" if setting.value is None else str(setting.value)
        if setting.confirm:
            yield Listed(TO_CONFIRM, ("settings", name), _titled(setting, shown))
    for name, setting in lifecycle.settings.items():
        if setting.value is None:
            yield Listed(WITHOUT_VALUE, ("settings", name), _titled(setting, "no value"))
    for name, deadline in lifecycle.deadlines.items():
        unset = _unset(footing, name, deadline.due)
        if unset:
            says = _titled(deadline, f"until {and_list(unset)} has a value")
            yield Listed(WITHOUT_DATE, ("deadlines", name), says)
    for name, guard in lifecycle.guards.items():
        if guard.override:
            says = _titled(guard, f"by {and_list(guard.override, 'or')}")
            yield Listed(OVERRIDABLE, ("guards", name), says)


def _titled(part: Part, says: str) -> str:
    return f"{part.title}: {says}" if part.title else says


def _unset(footing: Footing, name: str, due: Due) -> list[str]:
    """Return the settings without a value on which a deadline's date rests."""
    settings = footing.compiled.lifecycle.settings
    read: set[str] = {due.unit} if due.unit is not None else set()
    for key in ("nth", "within", "first_is", "date"):
        condition = footing.compiled.at("deadlines", name, "due", key)
        if condition is not None:
            read |= condition.names
    return sorted(one for one in read if one in settings and settings[one].value is None)
