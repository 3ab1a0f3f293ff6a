"""One process that `apflow up` keeps: in a session of its own, on a leash, with a log."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

#: Seconds that a process gets to end by itself before it is ended.
PATIENCE_SECONDS = 8.0


class Child:
    """A module run in another process, restartable, ended with everything it started."""

    def __init__(self, name: str, argv: Sequence[str], env: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.log = log
        self._argv = [sys.executable, "-m", "apflow.runs.leash", *argv]
        self._env = {**os.environ, **env}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Its process's number, which is its session's and its group's too; None if not started."""
        return None if self._process is None else self._process.pid

    @property
    def running(self) -> bool:
        """Return whether it has been started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it; what it prints goes to the end of its log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own module, our own arguments
                self._argv,
                env=self._env,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def stop(self, patience: float = PATIENCE_SECONDS) -> None:
        """Ask it to end (as Ctrl-C would), then end it and whatever it left behind."""
        process = self._process
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(patience)
        _end_group(process.pid)
        process.wait()
        if process.stdin is not None:
            process.stdin.close()
        self._process = None


def _end_group(leader: int) -> None:
    """End every process of the session; its number is the leader's."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return
