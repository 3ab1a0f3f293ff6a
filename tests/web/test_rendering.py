"""Templates: all of them compile, before the first page is asked for."""

from apflow.web import rendering


def test_every_template_and_what_it_takes_from_others_is_compiled_beforehand() -> None:
    prepared = rendering.prepare()
    assert set(rendering.templates()) < prepared
    assert any("components/button" in name for name in prepared)
    cached = rendering.environment().cache
    assert cached is not None
    assert {name for _, name in cached} >= prepared
