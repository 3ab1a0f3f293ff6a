"""The drawings of a lifecycle, each as text."""

from collections.abc import Mapping, Sequence

from apflow.diagram.marks import Marks
from apflow.diagram.mermaid import mermaid
from apflow.diagram.overview import overview_picture
from apflow.diagram.paint import Sheet, svg
from apflow.diagram.road_map import map_picture
from apflow.diagram.table import escaped, markdown
from apflow.diagram.words import Words
from apflow.policy.lifecycle import Lifecycle


def overview(
    lifecycle: Lifecycle,
    *,
    counts: Mapping[str, int] | None = None,
    here: str | None = None,
    visited: Sequence[str] = (),
    overdue: Mapping[str, int] | None = None,
    id_prefix: str = "",
    links: Mapping[str, str] | None = None,
    styled: bool = True,
) -> str:
    """Return the overview as SVG: a lane for each phase, a box for each state.

    `counts` and `overdue` give numbers of referrals by state; `here` and `visited` mark one
    referral's road in words (✓ Done, ● Now, Not reached). Ids begin with `id_prefix`, which has
    to differ between drawings in one page. States in `links` become links to that address.
    `styled=False` leaves the style sheet out, for a page that carries STYLE itself.
    """
    marks = Marks(counts, here, visited, overdue or {})
    title = f"{lifecycle.title}: overview"
    sheet = Sheet(title, described(lifecycle, marks), id_prefix, links or {}, styled)
    return svg(overview_picture(lifecycle, marks), sheet, marks)


def map_(
    lifecycle: Lifecycle,
    *,
    counts: Mapping[str, int] | None = None,
    here: str | None = None,
    visited: Sequence[str] = (),
    overdue: Mapping[str, int] | None = None,
    id_prefix: str = "",
    links: Mapping[str, str] | None = None,
    styled: bool = True,
) -> str:
    """Return the map as SVG: the main road down the middle, every arrow with its event and guards.

    The marks are those of `overview`.
    """
    marks = Marks(counts, here, visited, overdue or {})
    title = f"{lifecycle.title}: map"
    sheet = Sheet(title, described(lifecycle, marks), id_prefix, links or {}, styled)
    return svg(map_picture(lifecycle, marks), sheet, marks)


def described(lifecycle: Lifecycle, marks: Marks) -> str:
    """Return what a drawing shows, for those who do not see it."""
    words = Words(lifecycle)
    road = [name for name in lifecycle.road if name in lifecycle.states]
    aside = [name for name in lifecycle.states if name not in road]
    parts = [f"The main road: {', then '.join(words.state(name) for name in road)}."]
    if aside:
        parts.append(f"Beside it: {words.states(aside)}.")
    if marks.here in lifecycle.states:
        parts.append(f"The referral is now at: {words.state(marks.here)}.")
    done = [name for name in lifecycle.states if marks.standing(name) == "done"]
    if done:
        parts.append(f"Done: {words.states(done)}.")
    if marks.counts is not None:
        numbers = (f"{words.state(name)} {marks.count(name)}" for name in lifecycle.states)
        parts.append(f"Referrals: {', '.join(numbers)}.")
    late = [
        f"{words.state(name)} {n}" for name in lifecycle.states if (n := marks.overdue.get(name))
    ]
    if late:
        parts.append(f"Overdue: {', '.join(late)}.")
    return " ".join(parts)


def drawings(lifecycle: Lifecycle) -> dict[str, str]:
    """Return every file that `diagrams/` holds for a lifecycle: its name and its text."""
    name = lifecycle.lifecycle
    return {
        f"{name}.svg": map_(lifecycle),
        f"{name}-overview.svg": overview(lifecycle),
        f"{name}.mmd": mermaid(lifecycle),
        f"{name}.md": _page(lifecycle),
    }


def _page(lifecycle: Lifecycle) -> str:
    name, title = lifecycle.lifecycle, escaped(lifecycle.title)
    return (
        f"# {title}\n\n"
        f"Drawn by `apflow draw` from `states/{name}/lifecycle.yaml`, a reading of the policy.\n\n"
        f"![Overview: a lane for each phase]({name}-overview.svg)\n\n"
        f"![Map: the main road, its guards, and every way beside it]({name}.svg)\n\n"
        f"## In words\n\n{markdown(lifecycle)}"
    )
