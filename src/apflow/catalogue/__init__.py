"""The only reader of YAML: lifecycle files and their clauses, read strictly and proved."""

from apflow.catalogue.document import Document, place_words
from apflow.catalogue.strict import read_text, read_yaml

__all__ = ["Document", "place_words", "read_text", "read_yaml"]
