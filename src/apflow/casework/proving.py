"""Proving that a history was not altered, and saying how far one is, for people who wait."""

from collections.abc import Iterator
from dataclasses import dataclass

from apflow.casework.lists.scoping import sight_of
from apflow.casework.looking import seen
from apflow.casework.office import Office
from apflow.errors import Altered, StoreError, Unknown
from apflow.store import verify
from apflow.store.verify import Verified


@dataclass(frozen=True, slots=True)
class Proving:
    """How far it is: so many steps of `total` were read.

    At the end either `verified` says what was found unaltered, or `fault` what was not: Altered
    names the first bad step, StoreError says that nothing protects the history any more.
    """

    done: int
    total: int
    verified: Verified | None = None
    fault: Altered | StoreError | None = None


def proving(office: Office, person: str, reference: str | None = None) -> Iterator[Proving]:
    """Read the history of one referral, or of all, and give how far one is; the last is the end.

    All of it is for the office's manager and auditor; one referral for whoever sees it. Raises
    Unknown, at the first step, for anybody else. Nothing is shown of what is read.
    """
    with office.store.reading() as tx:
        wanted = None
        if reference is not None:
            wanted = seen(office, tx, reference, person, None)[0].reference
        elif not sight_of(office, tx, person).of_the_office:
            raise Unknown("list", "history")
        total = verify.how_many(tx, wanted)
        going_on, done = verify.verifying(tx, wanted), 0
        yield Proving(done, total)
        while True:
            try:
                done = next(going_on)
            except StopIteration as end:
                yield Proving(total, total, verified=end.value)
                return
            except (Altered, StoreError) as fault:
                yield Proving(done, total, fault=fault)
                return
            yield Proving(done, total)
