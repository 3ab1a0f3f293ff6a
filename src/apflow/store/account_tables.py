"""The tables of who may come in. Secrets stand here only as SHA-256, passwords as Argon2id."""

import sqlalchemy as sa

from apflow.store.columns import count, maybe, metadata, word, yes_no

passwords = sa.Table(
    "passwords",
    metadata,
    word("person", sa.ForeignKey("people.id"), key=True),
    word("hash"),
    word("set_at"),
    # Given by somebody else: it lets its person in once, to choose their own.
    yes_no("must_change"),
)

# `ends_at` is the end whatever happens; `idle_seconds` after `seen_at` it ends as well.
sessions = sa.Table(
    "sessions",
    metadata,
    word("id", key=True),
    word("person", sa.ForeignKey("people.id")),
    word("how"),
    word("created_at"),
    word("seen_at"),
    word("ends_at"),
    count("idle_seconds"),
    maybe("revoked_at"),
    sa.Index("ix_sessions_person", "person", "created_at"),
)

# `key` is a digest of what was typed or of the address it came from: a person may have typed
# their password where the name belongs.
sign_in_failures = sa.Table(
    "sign_in_failures",
    metadata,
    word("id", key=True),
    word("key"),
    word("failed_at"),
    sa.Index("ix_sign_in_failures_key", "key", "failed_at"),
    sa.Index("ix_sign_in_failures_failed_at", "failed_at"),
)

tokens = sa.Table(
    "tokens",
    metadata,
    word("id", key=True),
    word("kind"),
    word("hash"),
    word("person", sa.ForeignKey("people.id")),
    word("name"),
    word("created_at"),
    maybe("last_used_at"),
    maybe("ends_at"),
    maybe("revoked_at"),
    sa.Index("ix_tokens_hash", "hash", unique=True),
    sa.Index("ix_tokens_person", "person", "created_at"),
)

identities = sa.Table(
    "identities",
    metadata,
    word("issuer", key=True),
    word("subject", key=True),
    word("person", sa.ForeignKey("people.id")),
    word("linked_at"),
    sa.Index("ix_identities_person", "person"),
)

# Append-only, as `steps` are: see `triggers`. `about` is what was changed, such as `person` and
# the person's id; no foreign keys, so that an act outlives what it was about.
office_acts = sa.Table(
    "office_acts",
    metadata,
    word("id", key=True),
    word("acted_at"),
    word("person"),
    word("what"),
    word("about_kind"),
    word("about"),
    word("details"),
    sa.Index("ix_office_acts_acted_at", "acted_at", "id"),
    sa.Index("ix_office_acts_about", "about_kind", "about", "acted_at"),
)

ACCOUNT_TABLES = (passwords, sessions, sign_in_failures, tokens, identities, office_acts)
