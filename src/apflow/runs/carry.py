"""One advance on its way through a flow run in this process."""

from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event

from apflow.casework import Casework
from apflow.referral import Request
from apflow.runs.api import Run


@dataclass(slots=True)
class Carry:
    """An advance that a flow run in this process carries.

    `over` is set as soon as there is nothing more to wait for: the Request is applied, or the
    run came to nothing. Then `closed` or `fault` is what `casework.apply` gave, or both are
    None and the Request has still to be applied. `run` is the one that the server has for the
    Request, and `completed` whether the flow came to its end as that run.
    """

    request: Request
    casework: Casework
    now: datetime
    over: Event = field(default_factory=Event)
    closed: Request | None = None
    fault: Exception | None = None
    run: Run | None = None
    completed: bool = False

    def apply(self) -> Request:
        """Apply the Request and let its asker go on."""
        try:
            self.closed = self.casework.apply(self.request.id, self.now)
        except Exception as fault:
            self.fault = fault
            raise
        finally:
            self.over.set()
        return self.closed


#: The advance that the flow body at hand is to carry; none in a process of Prefect's own.
CARRYING: ContextVar[Carry | None] = ContextVar("apflow_carrying", default=None)
