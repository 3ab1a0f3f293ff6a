"""Where the records are kept: the only room that speaks SQL."""

from apflow.store.engine import Store, Tx

__all__ = ["Store", "Tx"]
