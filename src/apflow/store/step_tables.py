"""The index of the steps: what they are searched by, written with each of them.

The chain itself knows better: what is shown of a step is read from its body.
"""

import sqlalchemy as sa

from apflow.store.columns import count, maybe, metadata, word

# The order in which steps are traced, and what narrows it.
_TRACED = ("recorded_at", "reference", "seq", "lifecycle", "happened_on")

# `lifecycle` is the policy's name. `stay_since` is since when the referral had stood in the state
# `source` that the step left; nothing if it left none.
step_index = sa.Table(
    "step_index",
    metadata,
    word("reference", key=True),
    count("seq", key=True),
    word("recorded_at"),
    word("happened_on"),
    word("lifecycle"),
    word("event"),
    word("actor"),
    word("source"),
    maybe("stay_since"),
    sa.Column("reverses", sa.Integer, nullable=True),
    maybe("request"),
    sa.ForeignKeyConstraint(["reference", "seq"], ["steps.reference", "steps.seq"]),
    sa.Index("ix_step_index_recorded", *_TRACED),
    sa.Index("ix_step_index_actor", "actor", *_TRACED),
    sa.Index("ix_step_index_event", "event", *_TRACED),
    sa.Index(
        "ix_step_index_stays",
        "lifecycle",
        "happened_on",
        "source",
        "stay_since",
        "reference",
        "seq",
        sqlite_where=sa.text("stay_since IS NOT NULL"),
        postgresql_where=sa.text("stay_since IS NOT NULL"),
    ),
    sa.Index(
        "ix_step_index_reverses",
        "reference",
        "reverses",
        sqlite_where=sa.text("reverses IS NOT NULL"),
        postgresql_where=sa.text("reverses IS NOT NULL"),
    ),
)
