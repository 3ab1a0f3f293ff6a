"""References: what a referral is called wherever a child's name must not stand.

`MM-2026-7K3Q9D-5`: the lifecycle's prefix, the year it was opened, six Crockford base-32
characters and a check character. Never sequential: a reference says nothing of any other.
"""

#: The signs of a reference: Crockford's 32, without I, L, O and U.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans("OIL", "011")


def prefix_of(lifecycle: str) -> str:
    """Return the prefix of a lifecycle's references: its words' initials, two to four letters.

    "and", "of" and "the" do not count: `maidstone-and-malling` gives MM, `heronsgate` HE.
    """
    words = [word for word in lifecycle.split("-") if word not in ("and", "of", "the")]
    initials = "".join(word[0] for word in words) if len(words) > 1 else lifecycle[:2]
    return initials[:4].upper()


def make_reference(prefix: str, year: int, bits: int) -> str:
    """Return the reference for 30 random `bits`."""
    body = "".join(ALPHABET[(bits >> shift) & 31] for shift in range(25, -1, -5))
    return f"{prefix}-{year}-{body}-{_check(prefix, year, body)}"


def tidy_reference(typed: str) -> str | None:
    """Return the reference that a person meant (case, O for 0, I or L for 1), or None.

    None also where the check character does not fit: a slip of the finger finds nobody else.
    """
    parts = typed.strip().upper().split("-")
    if len(parts) != 4 or len(parts[2]) != 6 or not parts[1].isdecimal() or len(parts[1]) != 4:
        return None
    body = parts[2].translate(_READ_AS)
    if any(letter not in ALPHABET for letter in body):
        return None
    check = _check(parts[0], int(parts[1]), body)
    return f"{parts[0]}-{parts[1]}-{body}-{check}" if parts[3] == check else None


def _check(prefix: str, year: int, body: str) -> str:
    # Modulo a prime, so that one wrong or two swapped letters change it; 31 rather than
    # Crockford's 37 because his extra signs are awkward in shells and addresses.
    number = 0
    for letter in f"{prefix}{year}{body}":
        number = number * 37 + (ALPHABET.find(letter) if letter in ALPHABET else ord(letter))
    return ALPHABET[number % 31]
