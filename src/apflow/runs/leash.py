"""Runs another module so that it cannot outlive whoever started it.

    python -m apflow.runs.leash MODULE ARGUMENTS...

The starter holds the other end of this process's standard input. When that closes, for whatever
reason (kill -9 included), the whole process group is ended.
"""

import os
import runpy
import signal
import sys
from threading import Event, Thread

#: Seconds between asking the group to end and ending it.
_PATIENCE_SECONDS = 5.0


def _hold() -> None:
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGINT)
    Event().wait(_PATIENCE_SECONDS)
    os.killpg(0, signal.SIGKILL)


def main() -> None:
    """Run the module that the arguments name, as `python -m` would."""
    Thread(target=_hold, name="apflow-leash", daemon=True).start()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
