"""To whom a message goes: the people of its role in the referral, who can be written to."""

from collections.abc import Iterable, Mapping, Sequence

from apflow.casework.lists.scoping import roles_in
from apflow.casework.office import OFFICE_ROLES, Office
from apflow.policy.lifecycle import Lifecycle
from apflow.referral import NoticeRow, Referral
from apflow.store import posts, referrals
from apflow.store.engine import Tx
from apflow.store.posts import Addressed

#: A message that says that a deadline was missed: whoever has the referral gets it too.
_MISSED = "deadline_missed"

#: Person -> e-mail address.
Recipients = Mapping[str, str]


def recipients(office: Office, tx: Tx, notices: Sequence[NoticeRow]) -> dict[str, Recipients]:
    """Return for each message, by its id, the people to whom it goes.

    They are those who hold its role in the organisation of the role's slot, or anywhere for a
    role without one; of a missed deadline also the person who has the referral, if it is there
    for them. Nobody who is disabled or has no e-mail address is among them.
    """
    known = {
        one.reference: (one, office.machine(tx, one.digest).compiled.lifecycle)
        for one in referrals.get_several(tx, sorted({notice.reference for notice in notices}))
    }
    had_by = {one.owner for one, _ in known.values() if one.owner is not None}
    holding = posts.holding(tx, {notice.to for notice in notices})
    owners = posts.named(tx, had_by) if any(one.notice == _MISSED for one in notices) else []
    return {
        notice.id: _recipients(notice, *known[notice.reference], holding, owners)
        for notice in notices
    }


def _recipients(
    notice: NoticeRow,
    referral: Referral,
    lifecycle: Lifecycle,
    holding: Iterable[Addressed],
    owners: Iterable[Addressed],
) -> Recipients:
    found = {
        one.person: one.email
        for one in holding
        if one.role == notice.to and _in_place(lifecycle, referral, one)
    }
    if notice.notice == _MISSED:
        mine = [one for one in owners if one.person == referral.owner]
        held = [(one.role, one.organisation) for one in mine if one.role is not None]
        if roles_in(lifecycle, held, referral.parties) or any(
            role in OFFICE_ROLES for role, _ in held
        ):
            found |= {one.person: one.email for one in mine}
    return dict(sorted(found.items()))


def _in_place(lifecycle: Lifecycle, referral: Referral, one: Addressed) -> bool:
    known = lifecycle.roles.get(one.role or "")
    if known is None:
        return False
    return known.of is None or (
        one.organisation is not None and referral.parties.get(known.of) == one.organisation
    )
