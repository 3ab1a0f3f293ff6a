"""The way in: addresses, errors, transactions."""

from apflow.store import Store


def test_an_upgraded_store_can_be_written_and_read(store: Store) -> None:
    with store.writing() as tx:
        assert tx.dialect.name == store.dialect
