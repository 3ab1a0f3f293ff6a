"""What every page has at hand."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from apflow.casework import Casework
from apflow.casework.accounts import Accounts
from apflow.casework.office import Office
from apflow.clock import utc_now
from apflow.runs import Runs
from apflow.settings import Settings


@dataclass(frozen=True, slots=True)
class Site:
    """One installation as its pages see it. Safe to share between threads.

    `now` gives the present moment (UTC); tests give their own.
    """

    casework: Casework
    runs: Runs
    accounts: Accounts
    settings: Settings
    now: Callable[[], datetime] = utc_now

    @property
    def office(self) -> Office:
        """The store, the lifecycles and the calendars."""
        return self.casework.office

    @property
    def secure(self) -> bool:
        """Whether people reach the pages by https."""
        return self.settings.web_url.startswith("https://")


def site_of(request: Request) -> Site:
    """Return the site that a request came to."""
    site: Site = request.app.state.site
    return site


#: A handler's parameter: the site.
Here = Annotated[Site, Depends(site_of)]
