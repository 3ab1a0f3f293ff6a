"""Every route of the application, as (method, path)."""

from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Mount

Route = tuple[str, str]


def routes_of(app: FastAPI) -> Iterator[Route]:
    """Give every route once; what is mounted is given by its path alone."""
    yield from dict.fromkeys(_walk(app.routes, ""))


def _walk(routes: list[BaseRoute], prefix: str) -> Iterator[Route]:
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is not None:
            about = route.include_context  # type: ignore[attr-defined]
            yield from _walk(included.routes, prefix + about.prefix)
        elif isinstance(route, APIRoute):
            yield from ((method, prefix + route.path) for method in sorted(route.methods or ()))
        elif isinstance(route, Mount):
            yield "MOUNT", route.path
        else:
            path = getattr(route, "path", "")
            for method in sorted(getattr(route, "methods", None) or ("?",)):
                yield method, prefix + path
