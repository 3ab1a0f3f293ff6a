"""The interface for programs: `/api/v1`, in JSON, with the same scope and decisions as the pages.

    callers     whose token was shown
    problems    what cannot be done, as RFC 9457 has it
    policies    what the policies say
    referrals   the list, one referral, what can happen next, its history
    requests    asking for an event, opening a referral, what became of it
    lists       worklist, meetings, deadlines, numbers
    description the OpenAPI document

Modules called `shown_…` are the shapes that are answered. `docs/api.md` is for who uses it.
"""

from apflow.web.api.description import describe, router

__all__ = ["describe", "router"]
