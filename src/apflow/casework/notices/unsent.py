"""The messages that did not reach everybody: to which role of which referral, and why.

They name no child. People are named: whoever looks has to know whom to ring up instead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from apflow.casework.lists.cursors import cursor, posted_at
from apflow.casework.lists.rows import role_title
from apflow.casework.office import Office
from apflow.policy.lifecycle import Lifecycle
from apflow.referral import NoticeRow, Referral
from apflow.store import naming, notices, posts, referrals
from apflow.store.engine import Tx
from apflow.store.posts import Post

Why = Literal["nobody", "given up", "later"]
#: So many of the newest are looked through for who has no address.
_LOOKED_THROUGH = 500


@dataclass(frozen=True, slots=True)
class Unreached:
    """A person who was not sent a message: how often it was tried, and the last fault.

    A fault is a code of the mail server's, `hung up`, or `address` for one that cannot be one.
    """

    person: str
    name: str
    tries: int
    fault: str


@dataclass(frozen=True, slots=True)
class Unsent:
    """A message that did not reach everybody.

    `why` is `nobody` (nobody holds its role there who can be written to), `given up`, or `later`:
    it is tried again at `next_try_at`. `role` is the role's title in the referral's policy,
    `place` the organisation of its slot (None where it has none); `signs_in` says whether
    anybody can hold the role, or it is somebody's, such as a parent's, who has no account.
    """

    notice: NoticeRow
    why: Why
    next_try_at: datetime | None
    unreached: tuple[Unreached, ...]
    role: str
    place: str | None
    signs_in: bool


@dataclass(frozen=True, slots=True)
class UnsentFound:
    """A page of them; `next` is where the next one begins, None on the last."""

    rows: tuple[Unsent, ...]
    next: str | None


def unsent(office: Office, limit: int = 100, after: str | None = None) -> UnsentFound:
    """Return the messages that were tried and did not reach everybody.

    Those that are given up come first, the newest of them at the top. Raises BadInput for an
    `after` that no page gave.
    """
    with office.store.reading() as tx:
        found, place = notices.unsent(tx, limit, posted_at(after))
        tried = posts.of(tx, [one.notice.id for one in found])
        left = {
            notice: [post for post in each.values() if post.sent_at is None]
            for notice, each in tried.items()
        }
        people = naming.people_named(tx, {post.person for each in left.values() for post in each})
        whose = _Whose(office, tx, [one.notice for one in found])
        rows = tuple(_row(one, left.get(one.notice.id, ()), people, whose) for one in found)
    return UnsentFound(rows, cursor(place))


def unreachable(office: Office) -> tuple[tuple[str, str | None], ...]:
    """Return (role, organisation) of which nobody has an address that messages could go to.

    Asked of the newest messages that had nobody; roles of people without an account are not
    among them, and no referral is told.
    """
    found = unsent(office, _LOOKED_THROUGH).rows
    roles = {(one.role, one.place) for one in found if one.why == "nobody" and one.signs_in}
    return tuple(sorted(roles, key=lambda one: (one[0], one[1] or "")))


def try_again(office: Office) -> int:
    """Make due again what was given up or had nobody; return how many messages that is."""
    with office.store.writing() as tx:
        return notices.try_again(tx)


class _Whose:
    """Whose a message is: its role and organisation, as people call them."""

    def __init__(self, office: Office, tx: Tx, told: Sequence[NoticeRow]) -> None:
        found = referrals.get_several(tx, sorted({one.reference for one in told}))
        self._known: Mapping[str, tuple[Referral, Lifecycle]] = {
            one.reference: (one, office.machine(tx, one.digest).compiled.lifecycle) for one in found
        }
        parties = {place for one in found for place in one.parties.values()}
        self._names = naming.organisations_named(tx, parties)

    def of(self, notice: NoticeRow) -> tuple[str, str | None, bool]:
        """Return a role's title, the organisation where it is held, and whether it signs in."""
        referral, lifecycle = self._known[notice.reference]
        role = lifecycle.roles.get(notice.to)
        place = referral.parties.get(role.of) if role is not None and role.of is not None else None
        title = role_title(lifecycle, notice.to) or notice.to
        return title, self._names.get(place or "", place), role is not None and role.acts


def _row(
    one: notices.Unsent, left: Sequence[Post], people: Mapping[str, str], whose: _Whose
) -> Unsent:
    role, place, signs_in = whose.of(one.notice)
    return Unsent(
        notice=one.notice,
        why="later" if one.next_try_at is not None else "given up" if left else "nobody",
        next_try_at=one.next_try_at,
        unreached=tuple(
            Unreached(post.person, people.get(post.person, ""), post.tries, post.fault or "")
            for post in left
        ),
        role=role,
        place=place,
        signs_in=signs_in,
    )
