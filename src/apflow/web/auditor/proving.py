"""The pages on which everything is proved unaltered, or held against heads kept elsewhere."""

import csv
import io
from collections.abc import Iterator
from threading import Lock
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response, StreamingResponse

from apflow.errors import Altered, BadInput
from apflow.store import Store, history
from apflow.store.verify import verify_heads
from apflow.web import keeping
from apflow.web.auditor.verifying import Verifying
from apflow.web.keeping import Wrong
from apflow.web.posting import Posted, file_of
from apflow.web.rendering import page
from apflow.web.site import Here, site_of
from apflow.web.visitors import Auditing
from apflow.web.wording import counted

router = APIRouter(include_in_schema=False, prefix="/audit/verify")

_MAKING: Final = Lock()
_HEADINGS: Final = ("reference", "step", "hash")
_AT_ONCE: Final = 500
#: Most heads that one file may hold.
_MOST: Final = 100_000


def verifying_of(request: Request) -> Verifying:
    """Return what runs proofs in this process."""
    state, site = request.app.state, site_of(request)
    with _MAKING:
        if not hasattr(state, "verifying"):
            state.verifying = Verifying(site.office.store, site.now)
        found: Verifying = state.verifying
    return found


#: A handler's parameter: what runs proofs in this process.
Prover = Annotated[Verifying, Depends(verifying_of)]


@router.get("")
def show(request: Request, prover: Prover, _: Auditing) -> Response:
    """Say what is proved and what is not, and how the last run went."""
    return _page(request, prover)


@router.post("")
def start(prover: Prover, visitor: Auditing) -> Response:
    """Begin a run in the background, unless one is under way."""
    began = prover.start(visitor.name)
    return keeping.back("/audit/verify", done="began" if began else "runs")


@router.get("/heads.csv")
def heads(site: Here, _: Auditing) -> Response:
    """Give the last step of every referral with its hash, to be kept elsewhere."""
    return StreamingResponse(
        _heads(site.office.store),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="heads.csv"'},
    )


@router.post("/heads")
def compare(request: Request, site: Here, prover: Prover, _: Auditing, form: Posted) -> Response:
    """Hold the history against heads that were kept elsewhere."""
    given = file_of(form, "heads")
    if given is None:
        return _page(request, prover, {"heads": "Choose the file with the heads that you kept"})
    try:
        kept = _kept(given[1])
        found = verify_heads(site.office.store, kept)
    except BadInput as error:
        return _page(request, prover, {"heads": keeping.sentence("Heads", error)})
    except Altered as altered:
        return _page(request, prover, unlike=altered)
    return _page(request, prover, alike=f"{counted(found, 'head')} found as it was kept")


def _page(
    request: Request,
    prover: Verifying,
    wrong: Wrong | None = None,
    unlike: Altered | None = None,
    alike: str = "",
) -> Response:
    done = _DONE.get(request.query_params.get("done", ""), "")
    running = prover.running
    return page(
        request,
        "auditor/verify.html",
        422 if wrong else 200,
        running=running,
        last=prover.last,
        unlike=unlike,
        alike=alike,
        wrong=wrong or {},
        done=done if running is not None else "",
    )


_DONE: Final = {
    "began": "The proof has begun. You may leave this page.",
    "runs": "A proof is under way already.",
}


def _heads(store: Store) -> Iterator[bytes]:
    yield ",".join(_HEADINGS).encode() + b"\r\n"
    after: str | None = None
    while True:
        with store.reading() as tx:
            some = history.heads(tx, after, _AT_ONCE)
        if not some:
            return
        yield b"".join(f"{name},{seq},{head}\r\n".encode() for name, seq, head in some)
        after = some[-1][0]


def _kept(content: bytes) -> list[tuple[str, int, str]]:
    """Return the heads in a file as it was given. Raises BadInput with the first bad line."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("heads", "…", "the file is not text; give the one that you kept") from None
    found: list[tuple[str, int, str]] = []
    for number, row in enumerate(csv.reader(io.StringIO(text)), start=1):
        if tuple(row) == _HEADINGS or not row:
            continue
        if len(row) != 3 or not (row[1].isascii() and row[1].isdigit() and len(row[1]) < 10):
            raise BadInput("heads", number, f"line {number} is not reference, step and hash")
        found.append((row[0], int(row[1]), row[2]))
    if not found:
        raise BadInput("heads", "…", "there is none in the file")
    if len(found) > _MOST:
        raise BadInput("heads", len(found), f"no more than {_MOST:,} are compared here")
    return found
