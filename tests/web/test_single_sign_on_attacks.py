"""Signing in at a provider that is not, or does not, what it should: nobody is let in."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.responses import JSONResponse, PlainTextResponse

from apflow.web.handshake import Handshake
from tests.invented_cohort import Invented
from tests.web.identity_provider import (
    CLIENT,
    SECRET,
    identity_provider,
    new_key,
    signed_by,
    signed_by_secret,
)
from tests.web.signing_in_there import Sso, lent, refused, signing_in_at, standing_sso
from tests.web_site import Moment

__all__ = ["lent", "standing_sso"]


def faults() -> Iterator[Any]:
    """Give what is wrong with a token, by name."""
    stranger = new_key()
    for name, change in {
        "another nonce": {"claims": {"nonce": "of another try"}},
        "no nonce": {"claims": {"nonce": None}},
        "for another service": {"claims": {"aud": "somebody-else"}},
        "for several, and not for us": {"claims": {"aud": ["a", "b"], "azp": "a"}},
        "given to another service": {"claims": {"aud": [CLIENT, "b"], "azp": "b"}},
        "no audience": {"claims": {"aud": None}},
        "of another issuer": {"claims": {"iss": "https://elsewhere.example"}},
        "no issuer": {"claims": {"iss": None}},
        "expired": {"claims": {"exp": timedelta(seconds=-61)}},
        "without an end": {"claims": {"exp": None}},
        "an end that is none": {"claims": {"exp": "tomorrow"}},
        "not yet": {"claims": {"nbf": timedelta(minutes=10)}},
        "no subject": {"claims": {"sub": None}},
        "a subject that is none": {"claims": {"sub": 5}},
        "an empty subject": {"claims": {"sub": ""}},
        "another access token's": {"claims": {"at_hash": "AAAA"}},
        "signed by somebody else": {"signs_with": signed_by(stranger)},
        "not signed": {"header": {"alg": "none"}, "signs_with": lambda _: b""},
        "signed by a shared secret": {
            "header": {"alg": "HS256"},
            "signs_with": signed_by_secret(SECRET.encode()),
        },
        "by a key nobody published": {"header": {"kid": "unheard-of"}},
        "an algorithm that is not offered": {"header": {"alg": "RS512"}},
    }.items():
        yield pytest.param(change, id=name)


@pytest.mark.parametrize("change", list(faults()))
def test_a_token_that_is_not_right_in_everything_lets_nobody_in(
    lent: Sso, change: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    for name, value in change.items():
        setattr(lent.provider, name, value)
    browser = lent.browser()
    with caplog.at_level(logging.DEBUG, "apflow"):
        answer = browser.get("/sign-in/sso?next=/account")
    assert "not signed in" in refused(lent, browser, answer)
    assert lent.provider.asked["token"] == 1
    assert "nobody was signed in by the provider" in caplog.text
    assert not any(token in caplog.text for token in lent.provider.tokens)
    assert "gwen" not in caplog.text
    # The way back is kept: the button leads on to where they wanted to go.
    assert 'href="/sign-in/sso?next=/account"' in answer.text


def test_a_new_key_of_the_provider_is_asked_for_once(lent: Sso) -> None:
    lent.browser().get("/sign-in/sso")
    lent.provider.change_key()
    browser = lent.browser()
    browser.get("/sign-in/sso")
    assert lent.who(browser) == "gwen"
    assert lent.provider.asked == {"about": 1, "keys": 2, "token": 2}


def test_what_the_provider_says_of_itself_is_believed_for_an_hour(lent: Sso) -> None:
    lent.browser().get("/sign-in/sso")
    lent.site.moment.later(minutes=61)
    lent.browser().get("/sign-in/sso")
    assert lent.provider.asked == {"about": 2, "keys": 2, "token": 2}


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("access_denied", "did not let you sign in"),
        ("login_required", "not signed in"),
        ("<script>", "not signed in"),
    ],
)
def test_an_error_of_the_provider_is_said_in_our_words(
    lent: Sso, error: str, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    lent.provider.refuses = error
    browser = lent.browser()
    answer = browser.get("/sign-in/sso")
    assert told in refused(lent, browser, answer)
    assert "words" not in answer.text
    assert "<script>" not in answer.text + caplog.text


def test_an_answer_in_another_providers_name_is_refused(lent: Sso) -> None:
    """RFC 9207: two providers mixed up."""
    lent.provider.answers_as = "https://elsewhere.example"
    browser = lent.browser()
    refused(lent, browser, browser.get("/sign-in/sso"))
    lent.provider.answers_as = lent.provider.url
    browser.get("/sign-in/sso")
    assert lent.who(browser) == "gwen"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (JSONResponse({"error": "invalid_client"}, 401), 400),
        (JSONResponse({"error": ["a", {}]}, 400), 400),
        (JSONResponse({"access_token": "a"}), 400),
        (JSONResponse({"id_token": 5}), 400),
        (JSONResponse({"id_token": "not.a.token"}), 400),
        (JSONResponse({"id_token": "é"}), 400),
        (JSONResponse(["a"]), 503),
        (JSONResponse({}, 500), 503),
        (PlainTextResponse("<html>gateway</html>", 502), 503),
    ],
)
def test_whatever_the_provider_answers_is_words_on_the_page(
    lent: Sso, answer: JSONResponse, code: int
) -> None:
    lent.provider.token_answer = answer
    browser = lent.browser()
    refused(lent, browser, browser.get("/sign-in/sso"), code)


@pytest.mark.parametrize(
    "about",
    [
        {"issuer": "https://elsewhere.example"},
        {"token_endpoint": "http://elsewhere.example/token"},
        {"jwks_uri": None},
        {"authorization_endpoint": ["x"]},
    ],
)
def test_a_provider_that_is_not_the_one_of_the_settings_is_not_gone_to(
    lent: Sso, about: dict[str, Any]
) -> None:
    lent.provider.about = about
    browser = lent.browser()
    assert "does not answer" in refused(lent, browser, browser.get("/sign-in/sso"), 503)


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ({}, 400),
        ({"keys": []}, 400),
        ({"keys": "RSA"}, 400),
        ({"keys": [5]}, 400),
        ({"keys": [{"kty": "RSA", "kid": "first"}]}, 400),
        ({"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}, 400),
        (["a"], 503),
    ],
)
def test_keys_that_are_none_prove_nothing(lent: Sso, keys: Any, code: int) -> None:
    lent.provider.publishes = keys
    browser = lent.browser()
    refused(lent, browser, browser.get("/sign-in/sso"), code)


def test_a_token_that_does_not_name_the_only_key_is_proved_by_it(lent: Sso) -> None:
    lent.provider.header = {"kid": None}
    browser = lent.browser()
    browser.get("/sign-in/sso")
    assert lent.who(browser) == "gwen"


def test_a_provider_that_is_away_is_said_to_be(
    cohort: Invented, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with identity_provider(Moment()) as gone:
        pass
    with signing_in_at(cohort, tmp_path / "here", sso_issuer=gone.url) as late:
        browser = late.browser()
        told = refused(late, browser, browser.get("/sign-in/sso"), 503)
    assert "does not answer" in told
    assert "the provider does not answer: ConnectError" in caplog.text


@pytest.mark.parametrize(
    "cookie",
    ["", "e30", "W10", "bnVsbA", "not base64!", "eyJzdGF0ZSI6IDF9", "%ff", "x" * 4000],
)
def test_any_cookie_that_is_no_handshake_is_none(lent: Sso, cookie: str) -> None:
    browser = lent.browser()
    headers = {"Cookie": f"apflow-sso={cookie}"}
    answer = browser.get("/sign-in/sso/back?code=a&state=b", headers=headers)
    assert "too long" in refused(lent, browser, answer)


def test_halves_of_characters_in_a_cookie_are_no_handshake() -> None:
    written = Handshake("\ud800", "n", "v", "/").written()
    assert Handshake.read(written) is None


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"]
)
def test_nobody_is_sent_on_to_another_site(lent: Sso, elsewhere: str) -> None:
    browser = lent.browser()
    answer = browser.get("/sign-in/sso", params={"next": elsewhere})
    assert answer.url.host == "apflow.test"
    assert lent.who(browser) == "gwen"
    forged = Handshake("s", "n", "v", elsewhere).written()
    answer = browser.get("/sign-in/sso/back?state=x", headers={"Cookie": f"apflow-sso={forged}"})
    assert "evil" not in answer.text
