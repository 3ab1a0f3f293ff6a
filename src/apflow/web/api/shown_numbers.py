"""The numbers of a policy as programs see them; they name nobody."""

from datetime import date, datetime

from pydantic import ConfigDict, Field

from apflow.web.api.shape import Answered


class Counted(Answered):
    """Numbers that are read off what casework counted."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class StateCounted(Counted):
    """One state: how many stand there now, and how long they stay."""

    state: str = Field(description="The state's name.")
    title: str = Field(description="What people call it.")
    final: bool = Field(description="Whether referrals end there.")
    count: int = Field(
        description="How many stand there now; where they end, how many did so in the period."
    )
    overdue: int = Field(description="How many of them are overdue.")
    median_now: float | None = Field(
        description="The median of the school days that those who stand there have stood there."
    )
    longest_now: int | None = Field(description="The most school days among them.")
    left: int = Field(description="How many left it in the period.")
    median_left: float | None = Field(
        description="The median of the school days that those had stayed."
    )


class BreachCounted(Counted):
    """One deadline that fell due in the period, and how often it was missed."""

    name: str = Field(description="The deadline's name in the lifecycle.")
    title: str = Field(description="What people call it.")
    force: str = Field(description="`law`, `must` (the policy) or `should`, which is an aim.")
    missed: int = Field(description="How often it was missed.")
    open: int = Field(description="How many of those are not met yet.")
    late: int = Field(description="How many of those were met late.")
    cancelled: int = Field(description="For how many of those the duty ended otherwise.")
    recorded_late: int = Field(
        description="How many were met in time and written down too late; not among the missed."
    )


class OutcomeCounted(Counted):
    """One way in which referrals ended."""

    state: str = Field(description="The final state's name.")
    title: str = Field(description="What people call it.")
    good: bool = Field(description="Whether the policy calls it a good end.")
    count: int = Field(description="How many ended there in the period.")


class PoolCounted(Counted):
    """Places that are counted together, as they stand now."""

    name: str = Field(description="The pool's name in the lifecycle.")
    title: str = Field(description="What people call it.")
    capacity: int | None = Field(description="How many places there are; null: it is not set.")
    held: int = Field(description="How many are held.")
    waiting: int = Field(description="How many wait for one.")
    free: int | None = Field(description="How many are free; null: no number is set.")


class ProviderCounted(Counted):
    """An organisation that provides, as it stands now."""

    organisation: str = Field(description="The organisation's id.")
    name: str = Field(description="The organisation's name.")
    held: int = Field(description="How many pupils have a place with it.")
    waiting: int = Field(description="How many wait for one with it.")


class SixthDayCounted(Counted):
    """Full-time education from the sixth school day: how often the law was kept."""

    name: str = Field(description="The deadline's name in the lifecycle.")
    title: str = Field(description="What people call it.")
    in_time: int = Field(description="How often it was met by the sixth school day.")
    late: int = Field(description="How often it was met after it.")
    missed: int = Field(description="How often it is past and not met.")
    not_yet: int = Field(description="How often it is still to come.")
    share: float | None = Field(
        description="The part of those due that was met in time, from 0 to 1; null: none was due."
    )


class NumbersShown(Counted):
    """The numbers of one policy, of what the person may see. Both days of the period count."""

    policy: str = Field(description="The policy's name.")
    title: str = Field(description="What people call it.")
    as_at: datetime = Field(description="The moment of what is counted now.")
    first: date | None = Field(
        validation_alias="from_",
        description="The first day of the period; null: from the beginning.",
    )
    last: date | None = Field(
        validation_alias="to", description="The last day of the period; null: until now."
    )
    school: str | None = Field(description="The organisation whose referrals are counted, if one.")
    open: int = Field(description="How many are open now.")
    overdue: int = Field(description="How many of those are overdue.")
    states: tuple[StateCounted, ...] = Field(description="Every state, in the policy's order.")
    breaches: tuple[BreachCounted, ...] = Field(description="What was missed, law first.")
    outcomes: tuple[OutcomeCounted, ...] = Field(description="How referrals ended.")
    pools: tuple[PoolCounted, ...] = Field(
        description="Places; empty for who sees a part of the policy only."
    )
    providers: tuple[ProviderCounted, ...] = Field(
        description="Who provides; empty for who sees a part of the policy only."
    )
    sixth_days: tuple[SixthDayCounted, ...] = Field(
        description="How the law of the sixth school day was kept."
    )
