"""The SVG text: well-formed whatever a title holds, the same every time, of use to everybody."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from xml.etree import ElementTree

import pytest

from apflow.diagram import STYLE, map_, overview
from apflow.places import place
from apflow.policy.lifecycle import Lifecycle

Build = Callable[..., Lifecycle]
Draw = Callable[..., str]
SVG = "{http://www.w3.org/2000/svg}"

HOSTILE = (
    "</text></title></svg><script>alert(1)</script>",
    "\" onload='x' & <b>bold</b> ]]> <!-- <?xml ?> &amp; &#0;",
    "a\x00b\x1bc\x7f\u202ed\ufffe\nsecond\tline\r",
    "lone \ud800 surrogate",
    "url(http://example.org) @import 'x'; } .apd{display:none}",
)


@pytest.fixture(params=[map_, overview])
def draw(request: pytest.FixtureRequest) -> Draw:
    drawn: Draw = request.param
    return drawn


def drawn_with(title: str, build: Build, draw: Draw) -> str:
    names = ("title", "a", "b", "end_c", "go", "leave", "out", "all", "school")
    built = build(
        "a b",
        "start go a",
        "a go b",
        "a,b leave end_c",
        "b out a",
        "a,b out -",
        aside="end_c",
        titles=dict.fromkeys(names, title),
    )
    return draw(built, counts={"a": 1}, here="a", visited=["b"], overdue={"a": 2})


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_is_only_ever_text(title: str, lifecycle: Build, draw: Draw) -> None:
    root = ElementTree.fromstring(drawn_with(title, lifecycle, draw))
    plain = ElementTree.fromstring(drawn_with("Plain", lifecycle, draw))
    assert {element.tag for element in root.iter()} == {element.tag for element in plain.iter()}
    assert {key for element in root.iter() for key in element.attrib} == {
        key for element in plain.iter() for key in element.attrib
    }
    assert root.find(f"{SVG}style") is not None
    assert root.findtext(f"{SVG}style") == STYLE


def test_nothing_runs_and_nothing_is_fetched(policy: Lifecycle, draw: Draw) -> None:
    text = draw(policy, counts={}, links={name: f"/x/{name}" for name in policy.states})
    root = ElementTree.fromstring(text)
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags <= {
        "svg", "title", "desc", "style", "g", "rect", "path", "circle", "text", "a",
    }  # fmt: skip
    names = {key for element in root.iter() for key in element.attrib}
    assert not [name for name in names if name.startswith("on") or name == "style"]
    assert "url(" not in text
    assert "@import" not in text
    assert re.findall(r"https?:[^\"]*", text) == ["http://www.w3.org/2000/svg"]


def test_a_drawing_says_what_it_is_to_those_who_do_not_see_it(
    policy: Lifecycle, draw: Draw
) -> None:
    road = policy.road
    root = ElementTree.fromstring(
        draw(policy, here=road[1], visited=road[:1], overdue={road[1]: 3})
    )
    assert root.get("role") == "img"
    named = (root.get("aria-labelledby") or "").split()
    texts = [found.text or "" for name in named for found in root.iter() if found.get("id") == name]
    assert len(texts) == 2
    assert policy.title in texts[0]
    for name in policy.states.values():
        assert name.title in texts[1]
    assert f"now at: {policy.states[road[1]].title}." in texts[1]
    assert f"Done: {policy.states[road[0]].title}." in texts[1]
    assert f"Overdue: {policy.states[road[1]].title} 3." in texts[1]


def said(root: ElementTree.Element, state: str) -> str:
    (group,) = (found for found in root.iter() if found.get("id") == f"state-{state}")
    return " ".join(text.text or "" for text in group.iter(f"{SVG}text"))


def test_where_a_referral_is_stands_in_words_on_every_box(policy: Lifecycle, draw: Draw) -> None:
    road = policy.road
    root = ElementTree.fromstring(draw(policy, here=road[2], visited=road[:2]))
    for name in policy.states:
        now, done = "● Now" in said(root, name), "✓ Done" in said(root, name)
        ahead = "Not reached" in said(root, name)
        expected = (name == road[2], name in road[:2], name not in road[:3])
        assert (now, done, ahead) == expected


def test_counts_and_overdue_stand_on_every_box(policy: Lifecycle, draw: Draw) -> None:
    counts = {name: 100 + at for at, name in enumerate(policy.states)}
    missing, late, *_ = policy.states
    del counts[missing]
    root = ElementTree.fromstring(draw(policy, counts=counts, overdue={late: 7}))
    for name in policy.states:
        assert str(counts.get(name, 0)) in said(root, name)
        assert ("7 overdue" in said(root, name)) == (name == late)
        assert "Not reached" not in said(root, name)


def test_states_become_links_where_an_address_is_given(policy: Lifecycle, draw: Draw) -> None:
    first = policy.road[0]
    root = ElementTree.fromstring(draw(policy, links={first: '/worklist?state="a"&b=<c>'}))
    assert root.get("role") == "group"
    (link,) = root.iter(f"{SVG}a")
    assert link.get("href") == '/worklist?state="a"&b=<c>'
    assert policy.states[first].title in " ".join(link.itertext())


def test_two_drawings_in_one_page_share_no_id(policy: Lifecycle) -> None:
    def ids(text: str) -> set[str]:
        return set(re.findall(r' id="([^"]+)"', text))

    one, other = ids(map_(policy, id_prefix="m-")), ids(overview(policy, id_prefix="o-"))
    assert one
    assert other
    assert not one & other


def test_a_page_may_carry_the_style_sheet_itself(policy: Lifecycle, draw: Draw) -> None:
    plain = draw(policy, styled=False)
    assert "<style>" not in plain
    assert draw(policy).replace(f"<style>{STYLE}</style>", "") == plain


def test_the_same_lifecycle_gives_the_same_bytes_in_another_process() -> None:
    file = place("states") / "maidstone-and-malling" / "lifecycle.yaml"
    program = (
        "import hashlib, sys; from pathlib import Path;"
        "from apflow.catalogue import read_lifecycle; from apflow.diagram import drawings;"
        "found = drawings(read_lifecycle(Path(sys.argv[1])));"
        "print(hashlib.sha256(repr(found).encode()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program, str(file)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):(#[0-9a-f]{3,6})", block))


def themes() -> Iterator[dict[str, str]]:
    light = re.match(r"\.apd\{([^}]*)\}", STYLE)
    dark = re.search(r"prefers-color-scheme:dark\)\{\.apd\{([^}]*)\}", STYLE)
    assert light
    assert dark
    yield from (colours(light[1]), colours(dark[1]))


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", list(themes()), ids=["light", "dark"])
def test_words_and_lines_stand_out_from_their_ground(theme: dict[str, str]) -> None:
    grounds = ("paper", "lane", "road", "aside", "good", "other", "todo")
    words = [("ink", ground) for ground in grounds]
    words += [("quiet", "paper"), ("here-ink", "here"), ("here", "here-ink"), ("late-ink", "late")]
    assert [pair for pair in words if contrast(theme[pair[0]], theme[pair[1]]) < 4.5] == []
    lines = ["rail", "turn", "main", "ahead", "here", "late"]
    lines += [name for name in theme if name.endswith("-line")]
    pale = [
        (line, ground)
        for line in lines
        for ground in ("paper", "lane")
        if contrast(theme[line], theme[ground]) < 3
    ]
    assert pale == []


def test_every_kind_of_box_and_line_has_its_colours_in_the_style_sheet(
    policy: Lifecycle, draw: Draw
) -> None:
    text = draw(policy, here=policy.road[2], visited=policy.road[:2]) + draw(policy, counts={})
    used = set(re.findall(r"\bk-(\w+)", text))
    assert used >= {"road", "good", "other"}
    assert used <= set(re.findall(r"\.apd \.k-(\w+)\{--l:", STYLE))


@pytest.mark.parametrize(
    "condition",
    ["prefers-color-scheme:dark", "print", "forced-colors:active"],
)
def test_the_style_sheet_answers_to_dark_paper_and_forced_colours(condition: str) -> None:
    assert re.search(rf"@media \(?{condition}\)?\{{\.apd\{{--paper:", STYLE)


def test_the_style_sheet_touches_nothing_but_drawings() -> None:
    bare = re.sub(r"@media [^{]*\{(.*?\})\}", r"\1", STYLE)
    selectors = [one for group in re.findall(r"([^{}]+)\{", bare) for one in group.split(",")]
    assert len(selectors) > 30
    assert [one for one in selectors if not re.match(r"\.apd\b", one)] == []
