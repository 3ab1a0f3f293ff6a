"""Words and files that nobody means: what a terminal may be given all the same."""

from random import Random

#: Typed where a name, a number, a date, a text or a file is expected.
WORDS = (
    "", " ", "\t", "\n", "a\nb", "\r\n", "\0", "a\0b", "\x1b[31mred\x1b[0m", "\x7f", "\x85",
    "\ud800", "\udcff\udcfe", "\udbff", "\u202eevil", "\u2066x\u2069", "\ufeffbom", "\u200b",
    "A" * 5_000, "A" * 200_000, "\U0001f4a5" * 50, "e\u0301" * 40, "\u0130I\u0131", "\u00df",
    "=", "==", "=x", "a=b=c", "-", "--", "---", "-x", "--nonsense", "@", "@/etc/passwd", ".", "..",
    "a.b.c=d", ".=", "/", "~", "../../../etc/passwd", "/dev/zero/x", "C:\\NUL", "CON", "%s%n%d",
    "{0}", "{}", "${HOME}", "$(id)", "`id`", "'; DROP TABLE steps; --", "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0", "NaN", "inf", "-1", "0", "-0", "1e400", "9" * 400, "0x10", "1_000",
    "\uff11\uff12", "\u0663", "true", "null", "None", "[]", "[" * 20_000, "{" * 5_000,
    "2026-02-30", "9999-12-31", "0001-01-01", "10000-01-01", "12/13/2026", "29 Feb 2025",
    "yesterday", "tomorrow", "2026-01-14T10:00:00+99:00", "24:00", "OE-2026-AAAAAA-A",
    "oe-2026-00", "OE-\u0662\u0660\u0662\u0666-000000-0", "state", "home", "story", "sat", "sue",
    "__class__", "{self.__dict__}", "yes", "no", "present", "absent: ill", "awaited: soon",
    "oak", "elm", "one-of-each", "p1", "submit", "log", "start", "any", "system", "manager",
)  # fmt: skip

_BYTES = (
    b"\0", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xe2\x80\xae", b"\r", b"\n",
    b"\t", b'"', b"'", b",", b";", b":", b"&a ", b"*a", b"!!python/object ", b"? ", b"- ", b"{",
    b"}", b"[", b"]", b"[" * 9_000, b"{a: " * 3_000, b"9" * 500, b"<<: *a\n", b"\x85", b"%YAML 9\n",
    b"---\n", b"...\n", b"#", b"|", b">", b"\x1a", b"BEGIN:VEVENT\n", b"RRULE:FREQ=SECONDLY\n",
    b"2026-02-30", b"99999-01-01", b"A" * 20_000, b"yes", b"null", b"~", b"1e999", b"0o17",
)  # fmt: skip

#: A YAML file of few lines that means a thousand million values.
BOMB = b"a: &a [x, x, x, x, x, x, x, x, x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (name, name, b", ".join([b"*%c" % (name - 1)] * 9))
    for name in range(ord("b"), ord("k"))
)


def word(random: Random) -> str:
    """Return one word, or two put together."""
    one = random.choice(WORDS)
    return one + random.choice(WORDS)[:5_000] if random.random() < 0.15 else one


def spoilt(random: Random, good: bytes) -> bytes:
    """Return a file spoilt in a few places: bytes put in, taken out, moved, or cut off."""
    content = good
    for _ in range(random.choice((1, 1, 1, 2, 5))):
        at, to = sorted(random.randrange(len(content) + 1) for _ in range(2))
        to = min(to, at + 200)
        put = random.choice(_BYTES)
        content = random.choice(
            (
                content[:at] + put + content[at:],
                content[:at] + put + content[to:],
                content[:at] + content[to:],
                content[:at] + content[at:to] * 3 + content[to:],
                content[:at] if random.random() < 0.2 else content[:at] + put,
            )
        )
    return content


def binary(random: Random) -> bytes:
    """Return bytes that are no text of any kind."""
    return random.randbytes(random.choice((0, 1, 3, 400, 70_000)))


def shapeless(random: Random, depth: int = 0) -> object:
    """Return a value of any JSON shape, and of none."""
    kind = random.randrange(4 if depth > 3 else 7)
    if kind == 0:
        return random.choice((None, True, False))
    if kind == 1:
        return random.choice(_NUMBERS)
    if kind < 4:
        return word(random) if random.random() < 0.5 else random.choice(_USUAL)
    if kind == 4:
        return [shapeless(random, depth + 1) for _ in range(random.randrange(4))]
    names = [random.choice(("la", "panel_member", "answer", "on", word(random))) for _ in range(2)]
    return {name: shapeless(random, depth + 1) for name in names}


_USUAL = ("yes", "no", "2026-01-12", "present", "oak", "lea", "story", "2026-01-14")
_NUMBERS = (
    0, -1, 1.5, -0.0, 2**31, 2**53, 2**63, -(2**63) - 1, 10**30, 1e308,
    float("inf"), float("nan"),
)  # fmt: skip
