"""Where the files that travel with apflow are kept."""

from pathlib import Path

_PACKAGE = Path(__file__).parent
_CHECKOUT = _PACKAGE.parent.parent


def place(name: str) -> Path:
    """Return the folder `name`: in the checkout that this package is run from, else beside it.

    Raises FileNotFoundError when the installation is incomplete.
    """
    for base in (_PACKAGE, _CHECKOUT):
        if (base / name).is_dir():
            return base / name
    raise FileNotFoundError(f"no folder {name!r} in {_PACKAGE} or {_CHECKOUT}")
