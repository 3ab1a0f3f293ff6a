"""Whatever is altered in the stored history is found, and the first bad row is named."""

import pytest

from apflow.errors import Altered
from apflow.referral import GENESIS, Referral, step_hash
from apflow.store import Store, history, lifecycles, referrals
from apflow.store.verify import Verified, verify, verify_heads
from tests.store.building import (
    NOW,
    TODAY,
    after,
    furnish,
    make_referral,
    make_step,
    opened,
    take_step,
)
from tests.store.tampering import WHERE, attack, found, rehashed, tamper, three_referrals


@pytest.fixture
def kept(store: Store) -> Store:
    """Give a store with three referrals of 2, 5 and 3 steps."""
    return three_referrals(store)


def test_an_unaltered_history_verifies_and_says_how_much_was_read(kept: Store) -> None:
    seen: list[int] = []
    assert verify(kept, progress=seen.append) == Verified(3, 10, 20, 0)
    assert verify(kept, "TR-2") == Verified(1, 5, 10, 0)
    assert verify(kept, "TR-9") == Verified(0, 0, 0, 0)


def test_verifying_tells_of_its_progress_and_sees_one_moment_while_others_write(
    store: Store,
) -> None:
    furnish(store)
    with store.writing() as tx:
        for number in range(501):
            last = take_step(tx, make_referral(f"TR-{number:04}"), "draft", {"said": "yes"})
    told: list[int] = []

    def write(steps: int) -> None:
        told.append(steps)
        with store.writing() as tx:
            take_step(tx, last, "agreed", {"said": "no"})

    assert verify(store, progress=write) == Verified(501, 501, 501, 0)
    assert told == [500]
    assert verify(store) == Verified(501, 502, 502, 0)


def test_a_body_changed_with_a_hash_that_fits_breaks_the_next_link(kept: Store) -> None:
    rehashed(kept, 3, actor="mallory")
    assert found(kept) == ("TR-2", 4, "it does not follow the step before it")


def test_the_last_body_changed_with_a_hash_that_fits_is_not_the_one_the_referral_keeps(
    kept: Store,
) -> None:
    rehashed(kept, 5, actor="mallory")
    assert found(kept) == ("TR-2", 5, "the referral keeps another hash of it")


@pytest.mark.parametrize("body", ["{}", "[]", "null", "7", "not json", '{"values": 3}', ""])
def test_a_body_that_is_none_is_named_even_with_a_hash_that_fits(kept: Store, body: str) -> None:
    written = "UPDATE steps SET body = %s, hash = %s WHERE reference = 'TR-2' AND seq = 2"
    tamper(kept, (written, (body, step_hash(body.encode()))))
    assert found(kept) == ("TR-2", 2, "its body is not that of a step")


def test_a_step_that_begins_elsewhere_than_the_one_before_ended_is_named(kept: Store) -> None:
    rehashed(kept, 1, to="elsewhere")
    with kept.reading() as tx:
        first = history.steps(tx, "TR-2")[0]
    rehashed(kept, 2, previous=first.hash)
    says = "it begins in 'state_1', the step before it ended in 'elsewhere'"
    assert found(kept) == ("TR-2", 2, says)


@pytest.mark.parametrize("table", ["steps", "answers"])
def test_rows_of_a_referral_that_is_not_there_are_named(kept: Store, table: str) -> None:
    other = "answers" if table == "steps" else "steps"
    assert attack(
        "DELETE FROM referral_parties WHERE reference = 'TR-2'",
        "DELETE FROM referrals WHERE reference = 'TR-2'",
        f"DELETE FROM {other} WHERE reference = 'TR-2'",
    )(kept)
    assert found(kept) == ("TR-2", 1, "it belongs to a referral that is not there")


def test_of_several_bad_rows_the_first_in_order_of_reference_and_seq_is_named(
    kept: Store,
) -> None:
    attack(
        "UPDATE referrals SET state = 'x' WHERE reference = 'TR-3'",
        "UPDATE steps SET body = '{}' WHERE reference = 'TR-3' AND seq = 1",
        "UPDATE steps SET body = '{}' WHERE reference = 'TR-2' AND seq = 4",
        "UPDATE answers SET value = '0' WHERE reference = 'TR-2' AND seq = 3",
        "DELETE FROM steps WHERE reference = 'TR-2' AND seq = 5",
    )(kept)
    assert found(kept)[:2] == ("TR-2", 3)
    attack("UPDATE steps SET hash = 'x' WHERE reference = 'TR-1' AND seq = 2")(kept)
    assert found(kept)[:2] == ("TR-1", 2)


def _erase(store: Store, referral: Referral, *names: str) -> Referral:
    """Erase as casework does: the step that says so, and the values, in one transaction."""
    with store.writing() as tx:
        taken = history.erasable(tx, referral.reference, names)
        step = make_step(
            referral, referral.state, event="erase", about=history.about_erasure(taken)
        )
        moved = after(referral, step)
        assert referrals.move(tx, moved, referral.version)
        history.append(tx, step)
        assert history.erase(tx, referral.reference, names) == len(taken)
    return moved


def test_an_erased_history_verifies_and_says_how_much_is_gone(store: Store) -> None:
    referral = opened(furnish(store), steps=3)
    moved = _erase(store, referral, "said")
    assert verify(store) == Verified(1, 4, 6, 3)
    with store.writing() as tx:
        take_step(tx, moved, "draft", {"said": "said anew"})
    assert verify(store) == Verified(1, 5, 7, 3)


def test_more_taken_away_than_an_erase_step_says_is_found(store: Store) -> None:
    referral = opened(furnish(store), steps=3)
    _erase(store, referral, "said")
    attack("UPDATE answers SET salt = NULL, value = NULL WHERE name = 'agrees' AND seq = 2")(store)
    says = "the value of 'agrees' was taken away, and no step says so"
    assert found(store) == ("TR-1", 2, says)


def test_a_value_that_was_erased_and_came_back_is_found(store: Store) -> None:
    referral = opened(furnish(store), steps=2)
    with store.reading() as tx:
        said = history.steps(tx, "TR-1")[0].values[0]
    _erase(store, referral, "said")
    back = "UPDATE answers SET salt = %s, value = %s WHERE name = 'said' AND seq = 1"
    tamper(store, (back, (said.salt, history.canonical("said", said.value))))
    assert found(store) == ("TR-1", 1, "the value of 'said' was erased, and yet is there")


def test_an_altered_erase_step_is_named_and_not_the_values_that_it_took(store: Store) -> None:
    referral = opened(furnish(store), steps=2)
    _erase(store, referral, "said")
    attack("UPDATE steps SET body = replace(body, 'ann', 'bob') WHERE seq = 3")(store)
    assert found(store) == ("TR-1", 3, "its body is not the one that was hashed")


def test_a_step_that_only_calls_itself_an_erasure_of_others_covers_nothing_else(
    store: Store,
) -> None:
    opened(furnish(store), "TR-1", steps=1)
    other = opened(store, "TR-2", steps=1)
    _erase(store, other, "said")
    attack("UPDATE answers SET salt = NULL, value = NULL WHERE reference = 'TR-1'")(store)
    assert found(store)[:2] == ("TR-1", 1)


def test_a_referral_may_be_closed_on_the_day_of_any_of_its_steps(store: Store) -> None:
    opened(furnish(store), steps=2, closed_on=TODAY)
    assert verify(store).steps == 2


def test_a_history_under_a_newer_law_verifies_when_its_last_step_names_it(store: Store) -> None:
    referral = opened(furnish(store))
    with store.writing() as tx:
        lifecycles.keep(tx, "e" * 64, "trial", "text", NOW)
        tx.exec_driver_sql(f"UPDATE referrals SET digest = '{'e' * 64}'")
    assert found(store)[1] == referral.seq


def test_heads_kept_elsewhere_show_a_chain_that_was_rewritten_or_cut_short(kept: Store) -> None:
    with kept.reading() as tx:
        heads = history.heads(tx)
    assert verify_heads(kept, heads) == 3
    with kept.reading() as tx:
        fourth = history.steps(tx, "TR-2")[3]
    attack(
        f"DELETE FROM answers {WHERE} = 5",
        f"DELETE FROM step_index {WHERE} = 5",
        f"DELETE FROM steps {WHERE} = 5",
        f"UPDATE referrals SET seq = 4, head = '{fourth.hash}', state = 'state_4'"
        " WHERE reference = 'TR-2'",
        "UPDATE referral_parties SET state = 'state_4' WHERE reference = 'TR-2'",
    )(kept)
    assert verify(kept).steps == 9
    with pytest.raises(Altered, match="TR-2 step 5: it is missing, and was there"):
        verify_heads(kept, heads)
    rehashed(kept, 4, actor="mallory")
    with kept.reading() as tx:
        fourth = history.steps(tx, "TR-2")[3]
    tamper(kept, ("UPDATE referrals SET head = %s WHERE seq = 4", (fourth.hash,)))
    attack(f"UPDATE step_index SET actor = 'mallory' {WHERE} = 4")(kept)
    verify(kept)
    with pytest.raises(Altered, match="TR-2 step 4: it is another than when heads were kept"):
        verify_heads(kept, [("TR-1", 0, GENESIS), ("TR-2", 4, heads[1][2])])
