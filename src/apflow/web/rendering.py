"""Templates: every page is made here, and everything in it is escaped."""

from functools import cache
from importlib.resources import files
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader, Undefined, meta
from jinja2.utils import missing
from markupsafe import Markup
from typing_extensions import override

from apflow.casework.accounts import Visitor
from apflow.web import navigation, wording
from apflow.web.fingerprints import address_of


class Careful(Undefined):
    """A name that no handler gave cannot be printed; the macros' optional parameters can."""

    @override
    def __str__(self) -> str:
        if self._undefined_obj is missing:
            self._fail_with_undefined_error()
        return ""


@cache
def _loader() -> ChoiceLoader:
    return ChoiceLoader(
        [
            PackageLoader("apflow.web", "templates"),
            PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        ]
    )


@cache
def environment() -> Environment:
    """Return the templates, compiled as they are used."""
    made = Environment(
        loader=_loader(),
        autoescape=True,
        # Templates come with the program: nobody edits them under a running one.
        auto_reload=False,
        cache_size=-1,
        undefined=Careful,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "day": wording.day,
        "short_day": wording.short_day,
        "moment": wording.moment,
        "clock": wording.clock,
        "value": wording.value,
        "count": wording.counted,
        "first_up": wording.first_up,
    }
    made.globals["static"] = address_of
    return made


def page(request: Request, name: str, status: int = 200, /, **values: Any) -> HTMLResponse:
    """Return the page that template `name` makes of `values`.

    Every template also has `visitor` (None for nobody), `path` and `navigation`.
    """
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    path = request.url.path
    text = (
        environment()
        .get_template(name)
        .render(
            {
                "visitor": visitor,
                "path": path,
                "navigation": navigation.links(visitor, path),
                **values,
            }
        )
    )
    return HTMLResponse(text, status)


def drawing(svg: str) -> Markup:
    """Return a drawing of `apflow.diagram` as a part of a page; it escapes what it shows."""
    return Markup(svg)  # noqa: S704 - made by our own drawing, which escapes every text


def prepare() -> frozenset[str]:
    """Compile every template, so that nobody's first page waits for it; return their names."""
    made, waiting, known = environment(), templates(), set()
    while waiting:
        name = waiting.pop()
        if name not in known:
            known.add(name)
            made.get_template(name)
            source = _loader().get_source(made, name)[0]
            waiting += filter(None, meta.find_referenced_templates(made.parse(source)))
    return frozenset(known)


def templates() -> list[str]:
    """Return the name of every template of our own."""
    folder = files("apflow.web") / "templates"
    return sorted(name for name in environment().list_templates() if (folder / name).is_file())
