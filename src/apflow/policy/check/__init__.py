"""The lifecycle's own proof: what `apflow policy check` shows of every file.

`check_form` looks at the file's shape and names alone and needs no compiled conditions; `check`
proves everything (section 11 of the format). Faults make the file unusable, warnings are shown,
lists are for the authority.
"""

from apflow.policy.check.askable import check_asked
from apflow.policy.check.elements import check_elements
from apflow.policy.check.facts import check_facts
from apflow.policy.check.footing import Footing
from apflow.policy.check.gaps import warn_of_gaps, warn_of_unset
from apflow.policy.check.lawful import check_law
from apflow.policy.check.listed import listed
from apflow.policy.check.names import check_names
from apflow.policy.check.overlaps import (
    Cases,
    check_possible,
    check_shadowed,
    warn_of_limits,
    warn_of_overlaps,
    warn_of_useless,
)
from apflow.policy.check.reach import check_deadlines, check_reach
from apflow.policy.check.remarks import Listed, Path, Remark, Report, remark
from apflow.policy.check.uses import check_used, warn_of_oddities, warn_of_unused
from apflow.policy.check.ways import Ways
from apflow.policy.compiled import Compiled
from apflow.policy.lifecycle import Lifecycle

#: A lifecycle with more ways between its states is not looked at: a real one has some hundred.
MOST_WAYS = 5_000

__all__ = ["Listed", "Path", "Remark", "Report", "check", "check_form"]


def check_form(lifecycle: Lifecycle) -> tuple[Remark, ...]:
    """Return every fault in the names and the form of a lifecycle, its conditions aside."""
    return (*check_names(lifecycle), *check_facts(lifecycle), *check_elements(lifecycle))


def check(compiled: Compiled) -> Report:
    """Prove a lifecycle; nothing else is looked at while its names or form are at fault."""
    lifecycle = compiled.lifecycle
    form = check_form(lifecycle)
    if form:
        return Report(form, (), ())
    ways = Ways(lifecycle)
    if len(ways.edges) > MOST_WAYS:
        says = f"lead {len(ways.edges):,} ways between the states; {MOST_WAYS:,} can be proved"
        return Report((remark(says, "transitions"),), (), ())
    footing = Footing(compiled, ways)
    cases = Cases(footing)
    faults = (
        *check_used(lifecycle),
        *check_reach(ways),
        *check_deadlines(ways, footing),
        *check_asked(ways, footing),
        *check_law(ways, footing),
        *check_possible(ways, cases),
        *check_shadowed(ways, cases),
    )
    warnings = (
        *warn_of_overlaps(ways, cases),
        *warn_of_gaps(ways, footing),
        *warn_of_unset(ways, footing),
        *warn_of_useless(ways, cases),
        *warn_of_unused(lifecycle, footing),
        *warn_of_oddities(ways, footing),
        *warn_of_limits(cases),
    )
    return Report(_once(faults), _once(warnings), tuple(listed(footing)))


def _once(remarks: tuple[Remark, ...]) -> tuple[Remark, ...]:
    return tuple(dict.fromkeys(remarks))
