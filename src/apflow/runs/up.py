"""`apflow up`: Prefect's server and the served flows on one machine, kept until told to stop.

The server listens on the loopback only and keeps its own database. What ends by itself is
started again; stopping is in the opposite order of starting, and leaves nothing behind.
"""

import fcntl
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from time import monotonic
from types import FrameType

import httpx
from typing_extensions import override

from apflow.errors import ApflowError
from apflow.runs.child import Child
from apflow.settings import Settings

#: Where everything of `up` listens.
LOOPBACK = "127.0.0.1"
#: Seconds that Prefect's server gets to be ready: it takes about ten, on a busy machine thirty.
_READY_SECONDS = 120.0
#: Seconds before a process that ended is started again; doubled each time, up to the last.
_FIRST_PAUSE, _LAST_PAUSE = 1.0, 60.0

Say = Callable[[str], None]


class CannotStart(ApflowError):
    """`apflow up` cannot start; `says` is why and the way out."""

    def __init__(self, says: str) -> None:
        super().__init__(says)
        self.says = says

    @override
    def __str__(self) -> str:
        return self.says


def up(
    settings: Settings,
    say: Say,
    port: int | None = None,
    web: Sequence[str] = (),
    welcome: Sequence[str] = (),
) -> None:
    """Keep Prefect's server, the served flows and the pages until SIGINT or SIGTERM.

    `port` is where Prefect listens on the loopback; None takes a free one. `web` is the module
    that serves the pages and its arguments; it starts at once, for it does without Prefect.
    `welcome` is said once the pages answer.
    Only on the main thread. Raises CannotStart, with nothing left running.
    """
    stopping = Event()
    with _alone(settings.home), _stopped_by_signals(stopping):
        port = _free(port)
        api = f"http://{LOOPBACK}:{port}/api"
        server, served = _children(settings, port, api)
        pages = [_pages(settings, web, api)] if web else []
        try:
            for child in (*pages, server):
                child.start()
            for child in pages:
                _answering(child, settings.web_port, stopping)
                say(f"The pages: http://{LOOPBACK}:{settings.web_port}")
                for line in welcome:
                    say(line)
            say(f"Prefect is starting, which takes a while (log: {server.log})")
            if _ready(server, api, stopping):
                say(f"Prefect's pages: http://{LOOPBACK}:{port}")
                say(f"Prefect's API: {api} (for APFLOW_PREFECT_API_URL)")
                served.start()
                say(f"Sweeping deadlines every {settings.sweep_minutes} min (log: {served.log})")
                keep([server, *pages, served], stopping, say)
        finally:
            for child in (*pages, served, server):
                child.stop()
        say("Everything is stopped")


def _children(settings: Settings, port: int, api: str) -> tuple[Child, Child]:
    """Return Prefect's server and the process that serves the flows, neither started."""
    env = _environment(settings, api)
    start = ["prefect", "server", "start", "--host", LOOPBACK, "--port", str(port)]
    return (
        Child("Prefect's server", start, env, _log(settings, "prefect")),
        Child("The served flows", ["apflow.runs.served"], env, _log(settings, "served")),
    )


def _pages(settings: Settings, web: Sequence[str], api: str) -> Child:
    """Return the process that serves the pages, not started; its port has to be free."""
    _free(settings.web_port)
    return Child("The pages", web, _environment(settings, api), _log(settings, "web"))


def _environment(settings: Settings, api: str) -> dict[str, str]:
    """Return what the children are told: the settings as they are here, and Prefect's own.

    Nothing is reported to Prefect's makers, no log line of a flow is stored in its database,
    and no client ever starts a hidden server.
    """
    auth = settings.prefect_auth.get_secret_value() if settings.prefect_auth else None
    asked = (
        {"PREFECT_API_AUTH_STRING": auth, "PREFECT_SERVER_API_AUTH_STRING": auth} if auth else {}
    )
    return {
        **settings.environment(),
        **asked,
        "APFLOW_PREFECT_API_URL": api,
        "PREFECT_API_URL": api,
        "PREFECT_HOME": str(settings.home.absolute() / "prefect"),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": settings.prefect_database_url,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }


def _log(settings: Settings, name: str) -> Path:
    return settings.home.absolute() / "log" / f"{name}.log"


def _free(port: int | None) -> int:
    """Return a port that can be listened on: the given one, or any."""
    with socket.socket() as probe:
        # As servers do: a port in its last minute after a close is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port or 0))
        except (OSError, OverflowError) as fault:
            says = f"port {port} on {LOOPBACK} cannot be used ({fault}); give another"
            raise CannotStart(says) from None
        free: int = probe.getsockname()[1]
        return free


def _answering(pages: Child, port: int, stopping: Event) -> None:
    """Wait until the pages answer, or until told to stop."""
    until = monotonic() + _READY_SECONDS
    while not stopping.wait(0.1):
        if not pages.running:
            raise CannotStart(f"The pages ended at once; their log says why: {pages.log}")
        if monotonic() > until:
            raise CannotStart(f"The pages do not answer after two minutes: {pages.log}")
        try:
            if httpx.get(f"http://{LOOPBACK}:{port}/healthz", timeout=1.0).is_success:
                return
        except httpx.HTTPError:
            continue


def _ready(server: Child, api: str, stopping: Event) -> bool:
    """Wait until the server takes work; false when told to stop meanwhile."""
    until = monotonic() + _READY_SECONDS
    while not stopping.wait(0.2):
        if not server.running:
            raise CannotStart(f"Prefect's server ended at once; its log says why: {server.log}")
        if monotonic() > until:
            raise CannotStart(f"Prefect's server is not ready after two minutes: {server.log}")
        try:
            if httpx.get(f"{api}/ready", timeout=1.0).is_success:
                return True
        except httpx.HTTPError:
            continue
    return False


def keep(children: Sequence[Child], stopping: Event, say: Say) -> None:
    """Start again what ends by itself, after a pause that grows, until told to stop."""
    again: dict[str, float] = {}
    pause = dict.fromkeys((child.name for child in children), _FIRST_PAUSE)
    while not stopping.wait(0.5):
        for child in children:
            if child.running:
                continue
            if child.name not in again:
                again[child.name] = monotonic() + pause[child.name]
                pause[child.name] = min(2 * pause[child.name], _LAST_PAUSE)
                say(f"{child.name} ended by itself and is started again (log: {child.log})")
            elif monotonic() >= again[child.name]:
                del again[child.name]
                child.stop()
                child.start()


@contextmanager
def _stopped_by_signals(stopping: Event) -> Iterator[None]:
    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Hold the house's lock: two servers on one database of Prefect's would break it."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(f"apflow is up already in {home.absolute()}") from None
        yield
