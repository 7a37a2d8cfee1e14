"""The token endpoint: lets a tool show who it is with a signed assertion, and gives it an access token.

RFC 6749 section 4.4 (client credentials), RFC 7523 section 2.2 (the assertion), and the LTI Security Framework.
No web framework here: a test calls `grant` with the form that a tool would post.
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.demo_lms.signing import peek, verify_token

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.demo_lms.platform import Platform
    from tests.demo_lms.signing import Claims
    from tests.demo_lms.tools import RegisteredTool

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
EXPIRES_IN = 3600
CLOCK_LEEWAY = 60


class TokenError(Exception):
    """A request for a token that is refused, with the code and the sentence of RFC 6749 section 5.2."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(f"{code}: {description}")
        self.code = code
        self.description = description
        self.status = 401 if code == "invalid_client" else 400

    def answer(self) -> dict[str, str]:
        """Give the error as the JSON of the standard."""
        return {"error": self.code, "error_description": self.description}


@dataclass(frozen=True)
class IssuedToken:
    """An access token that was given out."""

    text: str
    client_id: str
    scopes: tuple[str, ...]
    issued_at: float


class TokenEndpoint:
    """Gives access tokens to the tools of a platform, and remembers each assertion so that it works once."""

    def __init__(
        self,
        platform: Platform,
        find_tool: Callable[[str], RegisteredTool | None],
        fetch_keys: Callable[[str], Mapping[str, Any]],
    ) -> None:
        """Take the platform, how to find a tool by client id, and how to fetch a key set; that may raise OSError."""
        self.platform = platform
        self._find_tool = find_tool
        self._fetch_keys = fetch_keys
        self._used: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def grant(self, form: Mapping[str, str], now: float) -> dict[str, Any]:
        """Answer a request for an access token; scopes that the tool may not have are silently left out, as in Moodle.

        :raises TokenError: when the tool did not prove who it is, or would get no scope at all.
        """
        if form.get("grant_type") != "client_credentials":
            raise TokenError("unsupported_grant_type", "The grant type must be client_credentials.")
        if form.get("client_assertion_type") != ASSERTION_TYPE or not form.get("client_assertion"):
            raise TokenError("invalid_request", "A client assertion of the JWT bearer type is required.")
        tool = self._recognise(form["client_assertion"], now)
        asked = form.get("scope", "").split()
        scopes = tuple(scope for scope in dict.fromkeys(asked) if scope in tool.scopes)
        if not scopes:
            raise TokenError("invalid_scope", "None of the scopes asked for is granted to this tool.")
        issued = IssuedToken(secrets.token_urlsafe(32), tool.client_id, scopes, now)
        self.platform.tokens_issued.append(issued)
        return {
            "access_token": issued.text,
            "token_type": "Bearer",
            "expires_in": EXPIRES_IN,
            "scope": " ".join(scopes),
        }

    def _recognise(self, assertion: str, now: float) -> RegisteredTool:
        """Find the tool that signed an assertion; a token says who it claims to be before its key can be found."""
        claims = peek(assertion)
        if claims is None:
            raise TokenError("invalid_client", "The assertion is not a JSON Web Token.")
        tool = self._find_tool(str(claims.get("sub", "")))
        if tool is None:
            raise TokenError("invalid_client", "There is no tool with this client id.")
        try:
            keys = self._fetch_keys(tool.jwks_uri)
        except (OSError, ValueError) as error:
            raise TokenError("invalid_client", "The keys of the tool could not be fetched.") from error
        verified = verify_token(assertion, keys)
        if verified is None:
            raise TokenError("invalid_client", "The assertion is not signed with a key of the tool.")
        self._check(verified, tool, now)
        return tool

    def _check(self, claims: Claims, tool: RegisteredTool, now: float) -> None:
        audience = claims.get("aud")
        if claims.get("iss") != tool.client_id:
            raise TokenError("invalid_client", "The issuer and the subject of the assertion must be the client id.")
        if f"{self.platform.issuer}/token" not in (audience if isinstance(audience, list) else [audience]):
            raise TokenError("invalid_client", "The assertion is meant for another address than this one.")
        if not isinstance(claims.get("exp"), int) or claims["exp"] <= now - CLOCK_LEEWAY:
            raise TokenError("invalid_client", "The assertion has expired, or does not say when it does.")
        if not isinstance(claims.get("iat"), int) or claims["iat"] > now + CLOCK_LEEWAY:
            raise TokenError("invalid_client", "The assertion is not issued yet, or does not say when it was.")
        if not claims.get("jti"):
            raise TokenError("invalid_client", "The assertion has no id of its own (jti).")
        used = (tool.client_id, str(claims["jti"]))
        with self._lock:
            if used in self._used:
                raise TokenError("invalid_client", "The assertion was used before.")
            self._used.add(used)
