"""From a strictly read file to a record, with pydantic's findings turned into plain words."""

from collections.abc import Iterator
from pathlib import Path as FilePath
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from apflow.catalogue.document import Document, holds
from apflow.catalogue.scalars import described
from apflow.catalogue.strict import read_yaml, told
from apflow.errors import Fault, PolicyError
from apflow.nearest import nearest

Record = TypeVar("Record", bound=BaseModel)
_Steps = tuple[str | int, ...]

#: A file with more faults than this is not looked at further.
_MOST = 500
#: What each of pydantic's type findings expected, in the words of people who write the file.
_EXPECTED = {
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "date_type": "a date such as 2026-02-12",
    "string_type": "words",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "keys with values",
    "model_type": "keys with values",
}
_PATTERNS = {
    r"^[a-z][a-z0-9_]*$": "a name is lower case letters, digits and underscores, from a letter on",
    r"^[a-z][a-z0-9-]*$": "a name is lower case letters, digits and hyphens, from a letter on",
    r"^[A-Za-z][A-Za-z0-9_]*$": "a name is letters, digits and underscores, from a letter on",
}


def read_record(path: FilePath, model: type[Record]) -> Record:
    """Read a file strictly into a record; raises PolicyError with every fault."""
    return record(read_yaml(path), model)


def record(document: Document, model: type[Record], nulls: str | None = None) -> Record:
    """Return the record that a document holds; raises PolicyError with every fault.

    A value left empty is a fault, as half a line would otherwise count as no line at all, and so
    is a text of nothing; only the key named by `nulls` may be null.
    """
    empty = [
        path
        for path in _empty(document.value, ())
        if path[-1:] != (nulls,) or document.part(path) is not None
    ]
    faults = [document.fault(path, "has no value; leave the key out") for path in empty]
    try:
        # Names of Python fields (`from_`) are no keys of the file.
        found = model.model_validate(document.value, by_alias=True, by_name=False)
    except ValidationError as error:
        faults += _faults(document, model, error, empty)
    else:
        if not faults:
            return found
    raise PolicyError(*told(faults))


def _empty(value: object, path: _Steps) -> Iterator[_Steps]:
    """Give the way to each null and each text of nothing; the depth is bounded by the reader."""
    if value is None or (isinstance(value, str) and not value.strip()):
        yield path
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _empty(part, (*path, key))
    elif isinstance(value, list):
        for at, part in enumerate(value):
            yield from _empty(part, (*path, at))


def _faults(
    document: Document, model: type[BaseModel], error: ValidationError, empty: list[_Steps]
) -> list[Fault]:
    faults: list[Fault] = []
    wrong: dict[_Steps, list[ErrorDetails]] = {}
    for finding in error.errors(include_url=False)[:_MOST]:
        path = _real(document.value, finding["loc"])
        if finding["type"] == "extra_forbidden":
            key = str(finding["loc"][-1])
            says = _unknown(key, model, path[:-1])
            faults.append(document.fault(path, says, key=True))
        elif finding["type"] == "missing":
            faults.append(document.fault(path, f"needs '{finding['loc'][-1]}'"))
        elif finding["loc"][-1:] == ("[key]",):
            faults.append(document.fault(path, _wrong([finding]), key=True))
        elif not any(path[: len(way)] == way for way in empty):
            wrong.setdefault(path, []).append(finding)
    inner = {path[:length] for path in wrong for length in range(len(path))}
    for path, findings in wrong.items():
        if path not in inner:
            faults.append(document.fault(path, _wrong(findings)))
    return faults


def _real(value: object, loc: tuple[str | int, ...]) -> _Steps:
    """Return the part of pydantic's location that is in the file: it adds what it tried there."""
    path: list[str | int] = []
    for step in loc:
        if holds(value, step):
            value = value[step]  # type: ignore[index]
            path.append(step)
    return tuple(path)


def _wrong(findings: list[ErrorDetails]) -> str:
    """Return what is wrong with one value, of which several readings may have been tried."""
    first = findings[0]
    kind, context, given = first["type"], first.get("ctx", {}), first["input"]
    expected = list(dict.fromkeys(_EXPECTED[f["type"]] for f in findings if f["type"] in _EXPECTED))
    if expected:
        wanted = " or ".join([", ".join(expected[:-1]), expected[-1]] if expected[1:] else expected)
        hint = "; put it in quotes" if expected == ["words"] and _single(given) else ""
        return f"must be {wanted}, not {described(given)}{hint}"
    if kind == "literal_error":
        return _not_among(str(context["expected"]), given)
    if kind == "string_pattern_mismatch":
        return f"'{str(given)[:60]}': {_PATTERNS.get(context['pattern'], 'is not a name')}"
    if kind == "string_too_long":
        return f"has more than {context['max_length']} characters"
    if kind == "too_short":
        return "needs at least one"
    return first["msg"].removeprefix("Value error, ")


def _single(given: object) -> bool:
    return given is not None and not isinstance(given, list | dict)


def _not_among(expected: str, given: object) -> str:
    words = [word.strip("'") for word in expected.replace(" or ", ", ").split(", ")]
    near = nearest(given, words) if isinstance(given, str) else None
    hint = f"; did you mean '{near}'?" if near else f"; it is one of {', '.join(words)}"
    return f"must not be {described(given)}{hint}"


def _unknown(key: str, model: type[BaseModel], path: _Steps) -> str:
    """Say that a key is unknown, and which was meant."""
    here = _model_at(model, path)
    if here is None:
        return "is not a key here"
    keys = [field.alias or name for name, field in here.model_fields.items()]
    near = nearest(key, keys)
    hint = f"did you mean '{near}'?" if near else f"the keys are {', '.join(keys)}"
    return f"is not a key here; {hint}"


def _model_at(model: type[BaseModel], path: _Steps) -> type[BaseModel] | None:
    kind: Any = model
    for step in path:
        kind = next(filter(None, (_inside(one, step) for one in _readings(kind))), None)
    models = [
        one for one in _readings(kind) if isinstance(one, type) and issubclass(one, BaseModel)
    ]
    return models[0] if models else None


def _readings(kind: Any) -> list[Any]:
    origin = get_origin(kind)
    if origin is Annotated:
        return _readings(get_args(kind)[0])
    if origin in (Union, UnionType):
        return [reading for one in get_args(kind) for reading in _readings(one)]
    return [kind]


def _inside(kind: Any, step: str | int) -> Any:
    """Return the annotation of what stands under `step` in a value of this kind."""
    if get_origin(kind) in (dict, tuple, list):
        return get_args(kind)[1 if get_origin(kind) is dict else 0]
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            if step == (field.alias or name):
                return field.annotation
    return None
