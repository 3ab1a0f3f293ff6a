"""How drawings look: one style sheet for light, dark, paper and forced colours.

Every rule stands under `.apd`, so that a drawing inside a page changes nothing but itself, and a
page may set the custom properties anew.
"""

_LIGHT = """
--paper:#fff;--ink:#17202b;--quiet:#4d5966;--lane:#f1f5f9;--rule:#d5dce4;
--rail:#7f8b98;--turn:#5c6875;
--road:#e4eefa;--road-line:#1d5fa8;--main:#1d5fa8;--ahead:#77838f;
--here:#1d5fa8;--here-ink:#fff;--todo:#f6f8fa;--todo-line:#768390;
--good:#e1f3e6;--good-line:#1f7a45;--other:#fbeaea;--other-line:#b0413e;
--aside:#fff3d1;--aside-line:#96690a;--late:#b3261e;--late-ink:#fff
"""
_DARK = """
--paper:#10161d;--ink:#eef2f6;--quiet:#aeb9c5;--lane:#18212b;--rule:#35414e;
--rail:#74818f;--turn:#98a5b3;
--road:#16304d;--road-line:#6cb0ff;--main:#6cb0ff;--ahead:#74818f;
--here:#6cb0ff;--here-ink:#08131f;--todo:#1a232d;--todo-line:#6a7785;
--good:#14301f;--good-line:#5cc486;--other:#3a1d1e;--other-line:#f08a85;
--aside:#382b0d;--aside-line:#e0b04a;--late:#ff9d96;--late-ink:#2a0806
"""
_FORCED = """
--paper:Canvas;--ink:CanvasText;--quiet:CanvasText;--lane:Canvas;--rule:GrayText;
--rail:CanvasText;--turn:CanvasText;
--road:Canvas;--road-line:CanvasText;--main:CanvasText;--ahead:CanvasText;
--here:Highlight;--here-ink:HighlightText;--todo:Canvas;--todo-line:CanvasText;
--good:Canvas;--good-line:CanvasText;--other:Canvas;--other-line:CanvasText;
--aside:Canvas;--aside-line:CanvasText;--late:CanvasText;--late-ink:Canvas
"""


#: For each kind of box or line: its line and its ground.
_KINDS = {
    "road": ("road-line", "road"),
    "aside": ("aside-line", "aside"),
    "good": ("good-line", "good"),
    "other": ("other-line", "other"),
    "turn": ("turn", "paper"),
    "slip": ("main", "paper"),
    "rail": ("rail", "paper"),
    "main": ("main", "paper"),
    "done": ("main", "paper"),
    "ahead": ("ahead", "paper"),
    "rule": ("rule", "paper"),
}
_RULES = """
.apd{max-width:100%;height:auto;font-family:Arial,Helvetica,sans-serif;
forced-color-adjust:none;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.apd text{fill:var(--ink);font-size:12px}
.apd .free{stroke:var(--paper);stroke-width:4px;stroke-linejoin:round;paint-order:stroke}
.apd .paper,.apd .body{fill:var(--paper)}.apd .ground{fill:var(--lane)}
.apd .title{font-size:15px;font-weight:700}.apd .small-title{font-size:14px;font-weight:700}
.apd .number{font-size:20px;font-weight:700}.apd .lane{font-size:13px;font-weight:700;stroke:none}
.apd .event{font-size:13px}.apd .heading,.apd .overdue{font-weight:700}
.apd .guard{font-style:italic}.apd .guard,.apd .note{fill:var(--quiet)}
.apd .overdue{fill:var(--late-ink)}.apd .badge{fill:var(--late)}
.apd .line{fill:none;stroke:var(--l);stroke-width:1.5px}
.apd .line.k-main,.apd .line.k-ahead{stroke-width:2.5px}.apd .line.k-done{stroke-width:4px}
.apd .line.k-rail,.apd .line.k-rule{stroke-width:1px}
.apd .line.k-other{stroke-dasharray:5 3}
.apd .tip,.apd .dot{fill:var(--l)}.apd .ring{fill:var(--paper);stroke:var(--l);stroke-width:2.5px}
.apd .box{fill:var(--f);stroke:var(--l);stroke-width:1.5px}
.apd .inner{fill:none;stroke:var(--l);stroke-width:1px}
.apd .todo{--l:var(--todo-line);--f:var(--todo)}
.apd .here{--l:var(--here);--f:var(--here)}.apd .here .box{stroke-width:3px}
.apd .here .head{fill:var(--here-ink)}.apd .here .inner{stroke:var(--here-ink)}
.apd .here .badge{fill:var(--here-ink)}.apd .here .overdue{fill:var(--here)}
.apd a:focus{outline:none}.apd a:hover .box{stroke-width:3px}
.apd a:focus-visible .box{stroke:var(--ink);stroke-width:4px}
"""


def _block(text: str) -> str:
    return ".apd{" + text.replace("\n", "") + "}"


def _kinds() -> str:
    return "".join(
        f".apd .k-{kind}{{--l:var(--{line});--f:var(--{ground})}}"
        for kind, (line, ground) in _KINDS.items()
    )


def _sheet() -> str:
    dark = f"@media (prefers-color-scheme:dark){{{_block(_DARK)}}}"
    paper = f"@media print{{{_block(_LIGHT)}}}"
    forced = f"@media (forced-colors:active){{{_block(_FORCED)}}}"
    return _block(_LIGHT) + dark + paper + forced + _kinds() + _RULES.replace("\n", "")


#: The style sheet that every drawing carries. A page whose content policy allows no styles inside
#: it serves this text as a file of its own, and asks for drawings without.
STYLE = _sheet()
