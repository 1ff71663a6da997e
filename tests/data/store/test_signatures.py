"""The signatures given back, on each engine."""

from datetime import UTC, datetime, timedelta

from data.store.store import Store

NOW = datetime(2026, 5, 4, 8, tzinfo=UTC)


def test_a_signature_given_back_is_known_until_it_would_have_ended(store: Store) -> None:
    kept = store.deconnexions()
    revision = store.etat().revision
    assert not kept.known("a" * 64)
    kept.note("a" * 64, connu_le=NOW)
    kept.note("a" * 64, connu_le=NOW + timedelta(minutes=1))
    assert kept.known("a" * 64)
    assert not kept.known("b" * 64)
    kept.note("b" * 64, connu_le=NOW + timedelta(days=1))
    assert (kept.known("a" * 64), kept.known("b" * 64)) == (True, True)
    kept.note("c" * 64, connu_le=NOW + timedelta(days=3))
    assert (kept.known("a" * 64), kept.known("b" * 64), kept.known("c" * 64)) == (False, True, True)
    # No view rests on them.
    assert store.etat().revision == revision
