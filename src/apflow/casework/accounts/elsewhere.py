"""Who somebody is that proved elsewhere who they are (OpenID Connect).

Nobody is ever added here: an identity belongs to a person whom an administrator added before.
"""

from datetime import datetime

from apflow.store import Store, accounts, identities, office_acts, register
from apflow.store.engine import Tx
from apflow.store.office_acts import OfficeAct


def known_elsewhere(
    store: Store, issuer: str, subject: str, email: str | None, now: datetime
) -> str | None:
    """Return the person whose identity at a provider this is, or None for nobody's.

    The first time they are known by `email`, an address that the provider has verified: it has
    to be that of exactly one enabled person who has no identity anywhere yet. From then on it is
    the identity that counts, whatever becomes of the address.
    """
    with store.reading() as tx:
        known = accounts.person_by_identity(tx, issuer, subject)
    if known is not None or email is None:
        return known
    with store.writing() as tx:
        # Two identities that come with one address at once: the second finds the first linked.
        accounts.hold(tx, (f"address {email.lower()}",))
        known = accounts.person_by_identity(tx, issuer, subject)
        if known is not None:
            return known
        person = _by_address(tx, email)
        if person is None:
            return None
        accounts.link_identity(tx, issuer, subject, person, now)
        said = {"issuer": issuer, "subject": subject}
        office_acts.add(tx, OfficeAct(now, person, "link_identity", "person", person, said))
        return person


def _by_address(tx: Tx, email: str) -> str | None:
    """Return the one person of an address who may be known by it, or None."""
    # Addresses are kept in small letters today, and stand as they were typed from before.
    found = {
        one.id: one
        for one in (register.person_by_email(tx, way) for way in {email, email.lower()})
        if one is not None
    }
    if len(found) != 1:
        return None
    (person,) = found.values()
    linked = person.disabled or identities.issuers_of(tx, person.id)
    return None if linked else person.id
