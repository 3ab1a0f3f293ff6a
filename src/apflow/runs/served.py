"""The process that serves the flows' deployments: sweep and post on schedule, the others at call.

    python -m apflow.runs.served

It reads the settings from the environment, registers with the server at PREFECT_API_URL and
stays until it is stopped. Every run is a process of its own.
"""

from datetime import timedelta

from prefect import serve
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment

from apflow.places import place
from apflow.settings import Settings

#: The name that every deployment has beside its flow's: `fire_deadlines/apflow`.
DEPLOYMENT = "apflow"
#: Flows that are started by people and by apflow, never by the clock.
AT_CALL = ("advance_referral", "hold_forum", "import_referrals")
#: Runs at once: a sweep, the post, and one that somebody started.
_AT_ONCE = 3


def deployments(settings: Settings) -> tuple[RunnerDeployment, ...]:
    """Return the deployments of all five flows, by the paths of their files.

    Where no mail server is named the post is at call too: it would have nothing to do.
    """
    minutes = timedelta(minutes=settings.sweep_minutes)
    return (
        _scheduled("fire_deadlines", minutes),
        _scheduled("send_notices", minutes if settings.smtp_host else None),
        *(RunnerDeployment.from_entrypoint(_entrypoint(name), name=DEPLOYMENT) for name in AT_CALL),
    )


def _scheduled(name: str, interval: timedelta | None) -> RunnerDeployment:
    return RunnerDeployment.from_entrypoint(
        _entrypoint(name),
        name=DEPLOYMENT,
        interval=interval,
        paused=False,
        # A run that is still at work makes the next one superfluous, not late.
        concurrency_limit=ConcurrencyLimitConfig(
            limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW
        ),
    )


def _entrypoint(name: str) -> str:
    return f"{place('flows') / f'{name}.py'}:{name}"


if __name__ == "__main__":
    serve(*deployments(Settings.read()), limit=_AT_ONCE, print_starting_message=False)
