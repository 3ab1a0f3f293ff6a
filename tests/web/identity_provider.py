"""A small OpenID Connect provider of the tests' own, that can be told to misbehave.

It is written from OpenID Connect Core 1.0 and RFC 7636 alone and shares no code with what it
tests: tokens are signed here by `cryptography`. Whoever comes is signed in at once as `person`.
"""

import hashlib
import json
import secrets
import socket
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Thread
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlencode

import uvicorn
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

CLIENT, SECRET = "apflow", "a secret between the two"


@dataclass
class IdentityProvider:
    """The provider, and what it does next; `claims` and `header` go over what it would say.

    A claim that is None is left out, one that is a timedelta stands so long after now.
    `asked` counts what was asked of each of its addresses, `codes` are those not exchanged yet.
    """

    url: str
    now: Callable[[], datetime]
    person: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)
    refuses: str = ""
    token_answer: Response | None = None
    answers_as: str = ""
    asked: dict[str, int] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)
    signs_with: Callable[[bytes], bytes] | None = None
    publishes: Any = None
    _key: rsa.RSAPrivateKey = field(init=False, repr=False)
    _key_id: str = field(init=False)

    def __post_init__(self) -> None:
        self.change_key()

    def behave(self, person: dict[str, Any]) -> None:
        """Do from now on what a provider should, for that person."""
        self.person, self.claims, self.header, self.about = dict(person), {}, {}, {}
        self.refuses, self.token_answer, self.answers_as = "", None, ""
        self.asked, self.signs_with, self.publishes = {}, None, None

    def change_key(self) -> None:
        """Sign with a new key from now on, and publish that one alone."""
        self._key, self._key_id = new_key(), f"key-{secrets.token_hex(4)}"

    def id_token(self, nonce: str) -> str:
        """Return a signed token for `person`."""
        at = int(self.now().timestamp())
        said = {
            "iss": self.url,
            "aud": CLIENT,
            "iat": at,
            "exp": at + 300,
            "nonce": nonce,
            **self.person,
            **self.claims,
        }
        claims = {name: _at(at, value) for name, value in said.items() if value is not None}
        told = {"alg": "RS256", "typ": "JWT", "kid": self._key_id, **self.header}
        header = {name: value for name, value in told.items() if value is not None}
        body = f"{_written(header)}.{_written(claims)}".encode()
        sign = self.signs_with or self._signed
        return f"{body.decode()}.{_base64(sign(body))}"

    def _signed(self, body: bytes) -> bytes:
        return self._key.sign(body, padding.PKCS1v15(), hashes.SHA256())

    def published(self) -> dict[str, Any]:
        """Return the public key as a set of JSON Web Keys."""
        numbers = self._key.public_key().public_numbers()
        key = {
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self._key_id,
            "n": _number(numbers.n),
            "e": _number(numbers.e),
        }
        return {"keys": [key]}

    def count(self, address: str) -> None:
        """Note that something was asked."""
        self.asked[address] = self.asked.get(address, 0) + 1


def new_key() -> rsa.RSAPrivateKey:
    """Return a key pair."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def signed_by(key: rsa.RSAPrivateKey) -> Callable[[bytes], bytes]:
    """Return what signs with another key than the provider's."""
    return lambda body: key.sign(body, padding.PKCS1v15(), hashes.SHA256())


def signed_by_secret(secret: bytes) -> Callable[[bytes], bytes]:
    """Return what signs with a shared secret (HS256)."""

    def sign(body: bytes) -> bytes:
        made = hmac.HMAC(secret, hashes.SHA256())
        made.update(body)
        return made.finalize()

    return sign


@contextmanager
def identity_provider(now: Callable[[], datetime]) -> Iterator[IdentityProvider]:
    """Serve a provider on a free port of the loopback."""
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        provider = IdentityProvider(f"http://127.0.0.1:{listener.getsockname()[1]}", now)
        config = uvicorn.Config(_app(provider), log_config=None, access_log=False)
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        until = monotonic() + 30
        while not server.started:
            assert monotonic() < until, "the provider is not served"
            sleep(0.01)
        try:
            yield provider
        finally:
            server.should_exit = True
            thread.join(20)


def _app(provider: IdentityProvider) -> FastAPI:
    app = FastAPI(openapi_url=None)

    @app.get("/.well-known/openid-configuration")
    def about() -> dict[str, Any]:
        provider.count("about")
        return {
            "issuer": provider.url,
            "authorization_endpoint": f"{provider.url}/authorize",
            "token_endpoint": f"{provider.url}/token",
            "jwks_uri": f"{provider.url}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            **provider.about,
        }

    @app.get("/keys")
    def keys() -> Any:
        provider.count("keys")
        return provider.published() if provider.publishes is None else provider.publishes

    @app.get("/authorize")
    def authorize(request: Request) -> Response:
        return _authorized(provider, dict(request.query_params))

    @app.post("/token")
    async def token(request: Request) -> Response:
        provider.count("token")
        form = {name: str(value) for name, value in (await request.form()).items()}
        return _exchanged(provider, request.headers.get("authorization", ""), form)

    return app


def _authorized(provider: IdentityProvider, asked: dict[str, str]) -> Response:
    """Send the browser back at once, as somebody who is signed in there already would be."""
    right = {"client_id": CLIENT, "response_type": "code", "code_challenge_method": "S256"}
    assert {name: asked.get(name) for name in right} == right
    assert "openid" in asked["scope"].split()
    assert len(asked["state"]) >= 32 <= len(asked["nonce"])
    answer = {"state": asked["state"]}
    if provider.answers_as:
        answer["iss"] = provider.answers_as
    if provider.refuses:
        answer |= {"error": provider.refuses, "error_description": "<b>words</b> of its own"}
    else:
        answer["code"] = secrets.token_urlsafe(24)
        provider.codes[answer["code"]] = asked
    return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(answer)}", 303)


def _exchanged(provider: IdentityProvider, proof: str, form: dict[str, str]) -> Response:
    if provider.token_answer is not None:
        return provider.token_answer
    given = b64decode(proof.removeprefix("Basic ")).decode()
    if not secrets.compare_digest(given.encode(), f"{CLIENT}:{SECRET}".encode()):
        return JSONResponse({"error": "invalid_client"}, 401)
    asked = provider.codes.pop(form.get("code", ""), None)
    challenge = _base64(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
    right = (
        asked is not None
        and form.get("grant_type") == "authorization_code"
        and form.get("redirect_uri") == asked["redirect_uri"]
        and challenge == asked["code_challenge"]
    )
    if asked is None or not right:
        return JSONResponse({"error": "invalid_grant"}, 400)
    token = provider.id_token(asked["nonce"])
    provider.tokens += [token, form["code"], form["code_verifier"]]
    answer = {"access_token": secrets.token_urlsafe(24), "token_type": "Bearer", "id_token": token}
    provider.tokens.append(answer["access_token"])
    return JSONResponse(answer, headers={"Cache-Control": "no-store"})


def _at(now: int, value: object) -> object:
    """Return a time that is told from now on as the seconds that a token has."""
    return now + int(value.total_seconds()) if isinstance(value, timedelta) else value


def _written(value: dict[str, Any]) -> str:
    return _base64(json.dumps(value).encode())


def _number(value: int) -> str:
    return _base64(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def _base64(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")
