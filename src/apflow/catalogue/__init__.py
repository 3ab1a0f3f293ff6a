"""The only reader of YAML: lifecycle files and their clauses, read strictly and proved."""

from apflow.catalogue.document import Document, place_words
from apflow.catalogue.policies import (
    Policy,
    Proof,
    find,
    listed,
    prove,
    read_lifecycle,
    read_lifecycle_text,
    read_policy,
)
from apflow.catalogue.shapes import read_record, record
from apflow.catalogue.strict import read_text, read_yaml

__all__ = [
    "Document",
    "Policy",
    "Proof",
    "find",
    "listed",
    "place_words",
    "prove",
    "read_lifecycle",
    "read_lifecycle_text",
    "read_policy",
    "read_record",
    "read_text",
    "read_yaml",
    "record",
]
