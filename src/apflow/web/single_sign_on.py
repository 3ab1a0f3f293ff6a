"""OpenID Connect: the organisation's own provider, and who it says that somebody is.

Held to OpenID Connect Core 1.0 and the best practice for OAuth 2.0 (RFC 9700): the authorization
code flow with PKCE by S256 (RFC 7636) and a nonce, an issuer that is pinned in the settings, and
signatures by keys alone that the provider publishes. Tokens are looked at and forgotten: none is
kept or logged. It is loaded when somebody first signs in this way; see `signing_in_elsewhere`.
"""

from datetime import datetime, timedelta
from functools import lru_cache
from threading import BoundedSemaphore
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from apflow.web.handshake import Handshake, Identity, NotSignedIn

AGAIN: Final = "You were not signed in. Start again from this page."
AWAY: Final = "Your organisation's sign-in does not answer. Try again in a few minutes."

#: For how long what a provider says of itself is believed.
_KEPT: Final = timedelta(hours=1)
#: How far the two clocks may be apart, in seconds.
_LEEWAY: Final = 60
#: A provider that does not answer must not hold up everybody's pages.
_AT_ONCE: Final = BoundedSemaphore(4)
_PATIENCE: Final = httpx.Timeout(5.0)
#: Signatures made with a private key. A shared secret, or none at all, signs nothing here.
_SIGNED: Final = ("RS256", "PS256", "ES256", "RS384", "PS384", "ES384", "RS512", "PS512", "ES512")
#: How we may prove who we are to the provider, the best first.
_PROOFS: Final = ("client_secret_basic", "client_secret_post")
#: Errors as OAuth 2.0 and OpenID Connect name them; nothing else that comes is repeated.
_ERRORS: Final = frozenset(
    {
        "access_denied", "account_selection_required", "consent_required", "interaction_required",
        "invalid_client", "invalid_grant", "invalid_request", "invalid_scope", "login_required",
        "server_error", "temporarily_unavailable", "unauthorized_client",
        "unsupported_grant_type", "unsupported_response_type",
    }
)  # fmt: skip


class Provider:
    """One OpenID Connect provider. Safe to share between threads.

    `back` is the address to which it sends people back. Every method raises NotSignedIn.
    """

    def __init__(self, issuer: str, client: str, secret: str | None, back: str) -> None:
        self.issuer, self.client, self.back = issuer, client, back
        self._secret = secret
        self._about: tuple[datetime, dict[str, Any]] | None = None
        self._keys: tuple[datetime, dict[str, Any]] | None = None

    def address(self, handshake: Handshake, now: datetime) -> str:
        """Return where a browser goes to sign in."""
        address: str = prepare_grant_uri(
            self._said(now)["authorization_endpoint"],
            client_id=self.client,
            response_type="code",
            redirect_uri=self.back,
            scope="openid email",
            state=handshake.state,
            nonce=handshake.nonce,
            code_challenge=create_s256_code_challenge(handshake.verifier),
            code_challenge_method="S256",
        )
        return address

    def identity(self, code: str, handshake: Handshake, now: datetime) -> Identity:
        """Return who came back with a code."""
        answer = self._exchanged(code, handshake, now)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise NotSignedIn(AGAIN, "the provider gave no id token")
        claims = self._claims(token, str(answer.get("access_token", "")), handshake.nonce, now)
        subject = str(claims["sub"])
        if not 0 < len(subject) <= 255 or not subject.isprintable():
            raise NotSignedIn(AGAIN, "the subject is none")
        return Identity(self.issuer, subject, _verified(claims))

    def _exchanged(self, code: str, handshake: Handshake, now: datetime) -> dict[str, Any]:
        about = self._said(now)
        body = prepare_token_request(
            "authorization_code",
            redirect_uri=self.back,
            code=code,
            code_verifier=handshake.verifier,
        )
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        proof = ClientAuth(self.client, self._secret, self._proof(about))
        address, headers, body = proof.prepare("POST", about["token_endpoint"], headers, body)
        answer = _asked("POST", address, headers, body)
        if "error" in answer:
            raise NotSignedIn(AGAIN, f"the token endpoint says {known(answer['error'])}")
        return answer

    def _proof(self, about: dict[str, Any]) -> str:
        if not self._secret:
            return "none"
        taken = about.get("token_endpoint_auth_methods_supported") or _PROOFS[:1]
        return next((one for one in _PROOFS if one in taken), _PROOFS[0])

    def _claims(self, token: str, access: str, nonce: str, now: datetime) -> dict[str, Any]:
        try:
            read = self._read(token, now)
            claims = CodeIDToken(
                read.claims,
                read.header,
                {
                    "iss": {"essential": True, "value": self.issuer},
                    "aud": {"essential": True, "value": self.client},
                },
                {"nonce": nonce, "client_id": self.client, "access_token": access},
            )
            claims.validate(int(now.timestamp()), _LEEWAY)
        except (JoseError, ValueError, TypeError, KeyError) as fault:
            raise NotSignedIn(AGAIN, f"the id token is refused: {type(fault).__name__}") from None
        return dict(claims)

    def _read(self, token: str, now: datetime) -> jwt.Token:
        """Return a token whose signature is the provider's."""
        offered = self._said(now).get("id_token_signing_alg_values_supported") or _SIGNED[:1]
        allowed = JWSRegistry(
            algorithms=[one for one in _SIGNED if one in offered], strict_check_header=False
        )
        try:
            return jwt.decode(token, self._published(now), registry=allowed)
        except InvalidKeyIdError:
            # Signed with a key that is newer than those we know.
            return jwt.decode(token, self._published(now, anew=True), registry=allowed)

    def _said(self, now: datetime) -> dict[str, Any]:
        """Return the provider's description of itself (OpenID Connect Discovery 1.0)."""
        kept = self._about
        if kept is None or not timedelta(0) <= now - kept[0] < _KEPT:
            about = _asked("GET", f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            if about.get("issuer") != self.issuer:
                raise NotSignedIn(AWAY, "the provider calls itself by another name", 503)
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                if not _safe(about.get(name)):
                    raise NotSignedIn(AWAY, f"the provider's {name} is not reached by https", 503)
            kept = self._about = now, about
        return kept[1]

    def _published(self, now: datetime, *, anew: bool = False) -> KeySet:
        """Return the provider's public keys (RFC 7517)."""
        kept = self._keys
        if anew or kept is None or not timedelta(0) <= now - kept[0] < _KEPT:
            kept = self._keys = now, _asked("GET", self._said(now)["jwks_uri"])
        keys: Any = kept[1].get("keys")
        # Keys that sign in pairs: a shared one has no place among what is published.
        pairs = [one for one in keys if isinstance(one, dict) and one.get("kty") in ("RSA", "EC")]
        return KeySet.import_key_set({"keys": pairs})


@lru_cache(maxsize=8)
def provider(issuer: str, client: str, secret: str | None, back: str) -> Provider:
    """Return the provider of that name, the same one every time."""
    return Provider(issuer, client, secret, back)


def known(error: object) -> str:
    """Return an error by its name; what is none is not repeated."""
    return error if isinstance(error, str) and error in _ERRORS else "something else"


def _verified(claims: dict[str, Any]) -> str | None:
    """Return the e-mail address, where the provider says itself that it is theirs."""
    email = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(email, str):
        return None
    plain = len(email) <= 320 and email.isprintable() and "@" in email
    return email.strip() if plain else None


def _asked(
    method: str, address: str, headers: dict[str, str] | None = None, body: str | None = None
) -> dict[str, Any]:
    """Return what the provider answers, which is an object. Raises NotSignedIn."""
    if not _AT_ONCE.acquire(timeout=5):
        raise NotSignedIn(AWAY, "too many wait for the provider", 503)
    try:
        answer = httpx.request(method, address, headers=headers, content=body, timeout=_PATIENCE)
        said = answer.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError) as fault:
        raise NotSignedIn(
            AWAY, f"the provider does not answer: {type(fault).__name__}", 503
        ) from None
    finally:
        _AT_ONCE.release()
    if not isinstance(said, dict) or (not answer.is_success and "error" not in said):
        raise NotSignedIn(AWAY, f"the provider answers {answer.status_code}", 503)
    return said


def _safe(address: object) -> bool:
    parts = urlsplit(address) if isinstance(address, str) else None
    if parts is None or not parts.hostname:
        return False
    return parts.scheme == "https" or parts.hostname in ("127.0.0.1", "localhost")
