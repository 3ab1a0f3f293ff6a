"""What a program sends to have something done."""

from typing import Annotated, Any

from fastapi import Header
from pydantic import Field

from apflow.casework import Asked
from apflow.web.api.shape import POLICY, REFERENCE, REQUEST, Day, Name, Shape

#: The other place in which a request's id may be given.
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=REQUEST.replace("^(", '^"?(').replace(")$", ')"?$'),
        description="The request's id, if the body gives none. Sent again, it is the same request: "
        "it is applied once, and answered alike.",
    ),
]


class Wanted(Shape):
    """What is asked for, and what is answered with it."""

    answers: dict[str, Any] = Field(
        default={},
        description="What is answered, by the fact's name: in the written form of `docs/api.md`, "
        "or as people type it. Which facts an event asks is in its policy.",
        max_length=200,
    )
    overrides: dict[str, Annotated[str, Field(min_length=1, max_length=4000)]] = Field(
        default={},
        description="A written reason for each guard that your role may go past, by its name.",
        max_length=50,
    )
    role: Name | None = Field(
        default=None,
        description="The role in which you ask. Unless given, the one that gets furthest.",
    )
    happened_on: Day | None = Field(
        default=None,
        description="The day on which it happened, never in the future; unless given, today.",
    )
    reason: str | None = Field(
        default=None,
        max_length=4000,
        description="A written reason. What puts a referral right always needs one.",
    )
    id: str | None = Field(
        default=None,
        pattern=REQUEST,
        description="The request's id, of your choice: sent again, it is the same request, applied "
        "once and answered alike. Unless given here or as `Idempotency-Key`, a new one.",
    )


class RequestSent(Wanted):
    """An event, asked for on a referral that is there."""

    event: Name = Field(
        description="The event: one of the policy's, or `correct_facts`, `reverse_step`, "
        "`hand_over`, `adopt_lifecycle`, `erase`.",
        examples=["record_consent"],
    )
    seen: int | None = Field(
        default=None,
        ge=0,
        le=2**31 - 1,
        description="The last step that you saw (`seq`): if somebody changed since what matters "
        "here, nothing is done (409). Unless given, it is asked of the referral as it is.",
    )

    def asked(self, person: str, role: str | None) -> Asked:
        """Return what is asked for, in a role."""
        return Asked(
            event=self.event,
            person=person,
            role=role,
            answers=self.answers,
            overrides=self.overrides,
            happened_on=self.happened_on,
            reason=self.reason,
            seen=self.seen,
        )


class PupilDescribed(Shape):
    """A pupil by name and date of birth; the register is not shown, but a child in it is found."""

    name: str = Field(
        min_length=1, max_length=200, description="The child's name.", examples=["Robin Example"]
    )
    born_on: Day = Field(description="The child's date of birth.", examples=["2014-03-27"])


class PupilKnown(Shape):
    """The pupil of a referral that the token's person may see."""

    of_referral: str = Field(
        pattern=REFERENCE, description="A referral of the same child, by its reference."
    )


class OpeningSent(Wanted):
    """A referral that is to be opened."""

    policy: str = Field(pattern=POLICY, description="The policy under which it is opened.")
    event: Name | None = Field(
        default=None, description="The event that opens it, where a policy has several that do."
    )
    pupil: PupilDescribed | PupilKnown = Field(description="Whose referral it is.")

    def asked(self, person: str, role: str, event: str) -> Asked:
        """Return what is asked for, in a role."""
        return Asked(
            event=event,
            person=person,
            role=role,
            answers=self.answers,
            overrides=self.overrides,
            happened_on=self.happened_on,
            reason=self.reason,
        )
