"""LTI Dynamic Registration 1.0, the platform's half: tokens given out, registrations checked, tools kept.

No web framework here. A test registers a tool as a platform would:

    registrar = Registrar(platform)
    token = registrar.issue_token("moodle", now)
    answer = registrar.register(token, payload, now)
    registrar.activate(answer["client_id"])
"""

from __future__ import annotations

import hashlib
import secrets
import string
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tests.demo_lms.configuration import SUPPORTED_SCOPES
from tests.demo_lms.metadata import TOOL_CONFIGURATION, Metadata, RegistrationError, read_metadata
from tests.demo_lms.signing import read_token
from tests.demo_lms.tools import CANVAS, FAMILIES, MOODLE, RegisteredTool

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.demo_lms.platform import Platform

__all__ = ["REGISTRATION_FAULTS", "Registrar", "RegistrationError", "Ticket"]

TOKEN_LIFETIME = 3600
FIRST_DEPLOYMENT = 11
"""Above the deployments that a visitor can choose, so that an unknown one stays unknown."""

REGISTRATION_FAULTS = ("400", "401", "500", "slow", "no_client_id", "fewer_scopes")
"""The ways in which the registration endpoint can fail a tool; the web half of the LMS plays them."""


@dataclass(frozen=True)
class Ticket:
    """What a registration token allows: one new tool of a family, or changes to the tool that is there already."""

    family: str
    client_id: str
    is_update: bool


class Registrar:
    """Keeps the tools that registered themselves, and the tokens with which others may."""

    def __init__(self, platform: Platform) -> None:
        """Start without any tool."""
        self.platform = platform
        self.tools: dict[str, RegisteredTool] = {}
        """Every registered tool by client id, the oldest first."""
        self._families: dict[str, str] = {}
        self._deployments = FIRST_DEPLOYMENT
        self._lock = threading.Lock()

    def issue_token(self, family: str, now: float) -> str:
        """Give a token with which one tool may register, once and within the hour.

        As in Moodle it says which client id the tool will have, and neither who gave it nor for whom.

        :raises ValueError: for a family that this LMS cannot play.
        """
        if family not in FAMILIES:
            raise ValueError(family)
        client_id = _draw_client_id(family)
        self._families[client_id] = family
        return self._sign(client_id, "reg", now)

    def issue_update_token(self, client_id: str, now: float) -> str:
        """Give a token with which a tool of a Moodle-like platform may register anew and stay who it is.

        :raises LookupError: for a tool that is not there.
        """
        return self._sign(self.tools[client_id].deployment_id, "reg-update", now)

    def check_token(self, token: str | None, now: float) -> Ticket:
        """Read a registration token: signed by this LMS, within its hour, and not used before.

        :raises RegistrationError: 401, with the reason.
        """
        if not token:
            raise RegistrationError(401, "missing_registration_token")
        claims = read_token(token, self.platform.published)
        if claims is None or not claims.get("iat", 0) <= now < claims.get("exp", 0):
            raise RegistrationError(401, "invalid_registration_token")
        if claims.get("scope") == "reg-update":
            found = [tool for tool in self.tools.values() if tool.deployment_id == claims["sub"]]
            if not found:
                raise RegistrationError(401, "invalid_registration_token")
            return Ticket(found[0].family, found[0].client_id, is_update=True)
        client_id = claims.get("sub", "")
        if client_id not in self._families or claims.get("scope") != "reg":
            raise RegistrationError(401, "invalid_registration_token")
        if client_id in self.tools:
            raise RegistrationError(401, "token_already_used")
        return Ticket(self._families[client_id], client_id, is_update=False)

    def register(
        self, token: str | None, payload: object, now: float, *, grant: Callable[[str], bool] = bool
    ) -> dict[str, Any]:
        """Register a tool, or change one, and give the platform's answer; the tool waits until it is activated.

        `grant` says of each scope whether the LMS gives it; by default it gives what its family does.

        :raises RegistrationError: 400 or 401, with the reason as Moodle words it. The token is not used up then.
        """
        with self._lock:
            ticket = self.check_token(token, now)
            asked = read_metadata(payload)
            granted = tuple(scope for scope in _granted(ticket.family, asked.scopes) if grant(scope))
            tool = RegisteredTool(
                ticket.client_id,
                self._deployment(ticket),
                ticket.family,
                asked.name,
                asked.login_url,
                asked.redirect_uris,
                asked.target_link_uri,
                asked.jwks_uri,
                granted,
                asked.claims,
                asked.custom,
                asked.description,
                active=ticket.is_update and self.tools[ticket.client_id].active,
            )
            self.tools[tool.client_id] = tool
        return _answer_like_canvas(tool, asked.payload) if tool.family == CANVAS else _answer_like_moodle(tool, asked)

    def activate(self, client_id: str) -> RegisteredTool:
        """Let a registered tool be launched; a Canvas-like platform makes its deployment now.

        :raises LookupError: for a tool that is not there.
        """
        tool = self.tools[client_id]
        deployment_id = tool.deployment_id or f"{len(self.tools)}:{hashlib.sha256(client_id.encode()).hexdigest()[:40]}"
        self.tools[client_id] = replace(tool, deployment_id=deployment_id, active=True)
        return self.tools[client_id]

    def _sign(self, subject: str, scope: str, now: float) -> str:
        issued = int(now)
        return self.platform.sign({"sub": subject, "scope": scope, "iat": issued, "exp": issued + TOKEN_LIFETIME})

    def _deployment(self, ticket: Ticket) -> str:
        if ticket.is_update:
            return self.tools[ticket.client_id].deployment_id
        if ticket.family == CANVAS:
            return ""
        number, self._deployments = self._deployments, self._deployments + 1
        return str(number)


def _draw_client_id(family: str) -> str:
    """Draw a client id as the platform does: letters and figures in Moodle, a long number in Canvas."""
    if family == CANVAS:
        return f"17{secrets.randbelow(10**13):013d}"
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(15))


def _granted(family: str, asked: tuple[str, ...]) -> tuple[str, ...]:
    """Say which scopes a tool gets; Moodle knows grading only as reading with scores, or as all of it."""
    wanted = set(asked)
    if family == MOODLE and any("/lti-ags/" in scope for scope in wanted):
        wanted |= {scope for scope in SUPPORTED_SCOPES[MOODLE] if "/lti-ags/" in scope and not scope.endswith("item")}
    return tuple(scope for scope in SUPPORTED_SCOPES[family] if scope in wanted and scope != "openid")


def _answer_like_canvas(tool: RegisteredTool, payload: dict[str, Any]) -> dict[str, Any]:
    return {**payload, "client_id": tool.client_id, "scope": " ".join(tool.scopes)}


def _answer_like_moodle(tool: RegisteredTool, asked: Metadata) -> dict[str, Any]:
    """Answer with what Moodle keeps of a registration, and nothing else."""
    names = ("name", "family_name", "given_name") if "name" not in tool.withheld else ()
    email = () if "email" in tool.withheld else ("email",)
    configuration: dict[str, Any] = {
        "version": "1.3.0",
        "deployment_id": tool.deployment_id,
        "target_link_uri": tool.target_link_uri,
        "domain": asked.domain,
        "description": tool.description,
        "claims": ["sub", "iss", *names, *email],
    }
    if asked.deep_linking is not None:
        configuration["messages"] = [{"type": "LtiDeepLinkingRequest", "target_link_uri": asked.deep_linking}]
    if tool.custom:
        # The echo is cut at a second equals sign; what launches carry is whole.
        configuration["custom_parameters"] = {name: value.partition("=")[0] for name, value in tool.custom.items()}
    return {
        "client_id": tool.client_id,
        "response_types": ["id_token"],
        "jwks_uri": tool.jwks_uri,
        "initiate_login_uri": tool.login_url,
        "grant_types": ["client_credentials", "implicit"],
        "redirect_uris": list(tool.redirect_uris),
        "application_type": "web",
        "token_endpoint_auth_method": "private_key_jwt",
        "client_name": tool.name,
        "logo_uri": asked.logo_uri,
        "scope": " ".join(tool.scopes),
        TOOL_CONFIGURATION: configuration,
    }
