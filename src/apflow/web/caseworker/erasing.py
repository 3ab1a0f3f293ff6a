"""Erasing what people wrote, and moving a referral to its policy's newest version.

Both are looked at twice before they are done.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final

from fastapi import APIRouter
from fastapi.responses import Response
from typing_extensions import override

from apflow.casework.putting_right import NewerVersion, erasable, newer_version
from apflow.web.caseworker.doors import add_doors
from apflow.web.caseworker.house import Righting
from apflow.web.facts import FactWords
from apflow.web.forms.fields import Fault, Field, Option
from apflow.web.forms.summing import Row
from apflow.web.forms.typed import one, several

router = APIRouter(include_in_schema=False)

WHAT, STATE, VERSION = "what", "state", "version"
#: The answer that everything goes.
EVERYTHING: Final = "everything"


class Erasing(Righting):
    """What people wrote is taken out for ever; that it was there stays."""

    event, path, title = "erase", "erase", "Erase what people wrote"
    button = "Erase for ever"
    checked = True
    warning = (
        "This cannot be undone. What is erased can never be read again by anybody. The history "
        "keeps that something stood there, when it was recorded and by whom, and still verifies. "
        "Copies of the database that were made before keep it until they are deleted."
    )

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The facts of which something can be erased."""
        return erasable(self.site.office, self.offer)

    @property
    def _closed(self) -> bool:
        return self.offer.referral.closed_on is not None

    @override
    def impossible(self) -> str:
        return "" if self.names else "There is nothing left that can be erased."

    @override
    def means(self) -> Sequence[Row]:
        return ()

    @override
    def questions(self, faults: Sequence[Fault]) -> Sequence[Field]:
        ticked = several(self.typed, WHAT)
        options = [Option(name, self.words.title(name), name in ticked) for name in self.names]
        hint = "While the referral is open only texts and names can be erased; it needs the rest."
        if self._closed:
            everything = "Everything, and the pupil's name if nothing else is known of them"
            options.append(Option(EVERYTHING, everything, EVERYTHING in ticked))
            hint = "The referral is closed: anything can be erased."
        error = next((fault.says for fault in faults if fault.id == WHAT), "")
        return (
            Field(
                id=WHAT,
                kind="checkboxes",
                question="What is to be erased?",
                hint=hint,
                options=tuple(options),
                error=error,
            ),
        )

    @override
    def answers(self) -> Mapping[str, object] | list[Fault]:
        ticked = several(self.typed, WHAT)
        if EVERYTHING in ticked and self._closed:
            return {"facts": "all"}
        names = [name for name in self.names if name in ticked]
        return {"facts": names} if names else [Fault(WHAT, "Choose what is to be erased")]


class Adopting(Righting):
    """The referral follows the newest version of its policy from now on."""

    event, path, title = "adopt_lifecycle", "adopt", "Move to the policy's newest version"
    button = "Move the referral"
    checked = True
    warning = (
        "From then on the referral follows the newer version. It cannot be taken back to the "
        "older one."
    )

    @cached_property
    def newer(self) -> NewerVersion:
        """What it would mean."""
        return newer_version(self.site.office, self.offer, one(self.typed, STATE) or None)

    @property
    def _without_state(self) -> bool:
        """Whether the newer version has no state of that name any more."""
        newer = self.newer
        return (
            newer.lifecycle is not None
            and newer.plan is not None
            and self.offer.referral.state not in newer.lifecycle.states
        )

    @override
    def impossible(self) -> str:
        newer = self.newer
        if newer.plan is None:
            return newer.says
        return newer.plan.problem or "" if not self._without_state else ""

    @override
    def overtaken(self) -> Response | None:
        """Move only to the version that was shown."""
        lifecycle, shown = self.newer.lifecycle, one(self.typed, VERSION)
        if lifecycle is None or not shown or shown == lifecycle.digest:
            return None
        changed = Fault("form", "The policy's file was changed meanwhile: look at it again")
        return self.form([changed], 409)

    @override
    def means(self) -> Sequence[Row]:
        lifecycle, plan = self.newer.lifecycle, self.newer.plan
        if lifecycle is None or plan is None:
            return ()
        now = self.words.state(self.offer.referral.state)
        then = FactWords(lifecycle, self.offer.places).state(plan.state)
        lost = tuple(f"{self.words.title(name)}: {why}" for name, why in plan.lost.items())
        rows = [Row("Stands now as", (now,), "")]
        if plan.problem is None:
            rows.append(Row("Would stand as", (then,), ""))
            rows.append(Row("No longer known", lost or ("Nothing is lost",), ""))
            shut = tuple(plan.shut.values()) or ("None",)
            rows.append(Row("Demands that would no longer be met", shut, ""))
        return rows

    @override
    def also_hidden(self) -> Sequence[tuple[str, str]]:
        lifecycle = self.newer.lifecycle
        return ((VERSION, lifecycle.digest),) if lifecycle is not None else ()

    @override
    def questions(self, faults: Sequence[Fault]) -> Sequence[Field]:
        lifecycle = self.newer.lifecycle
        if not self._without_state or lifecycle is None:
            return ()
        words, picked = FactWords(lifecycle, {}), one(self.typed, STATE)
        options = tuple(
            Option(name, words.state(name), name == picked) for name in lifecycle.open_states
        )
        return (
            Field(
                id=STATE,
                kind="select",
                question="Where does it stand in the newer version?",
                hint="The newer version has no state of the present name.",
                options=(Option("", "Choose one"), *options),
                error=next((fault.says for fault in faults if fault.id == STATE), ""),
            ),
        )

    @override
    def answers(self) -> Mapping[str, object] | list[Fault]:
        if not self._without_state:
            return {}
        picked, lifecycle = one(self.typed, STATE), self.newer.lifecycle
        if lifecycle is None or picked not in lifecycle.open_states:
            return [Fault(STATE, "Choose where it stands in the newer version")]
        return {"state": picked}


for _room in (Erasing, Adopting):
    add_doors(router, _room)
