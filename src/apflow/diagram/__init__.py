"""A lifecycle as pictures and words: pure, from a Lifecycle to text."""

from apflow.diagram.drawings import drawings, map_, overview
from apflow.diagram.mermaid import mermaid
from apflow.diagram.style import STYLE
from apflow.diagram.table import STAYS, Row, in_words, markdown

__all__ = [
    "STAYS",
    "STYLE",
    "Row",
    "drawings",
    "in_words",
    "map_",
    "markdown",
    "mermaid",
    "overview",
]
