"""Addresses of static files that change with their content, so that browsers may keep them."""

import hashlib
from functools import cache
from pathlib import Path

#: Where the files are.
FOLDER = Path(__file__).parent / "static"


@cache
def address_of(name: str) -> str:
    """Return the address of the static file `name`, such as `css/base.css`."""
    digest = hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"
