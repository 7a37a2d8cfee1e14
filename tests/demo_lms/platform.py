"""A real LTI 1.3 platform in miniature, as a library: who is who, what a launch says, and its signature.

It knows no web framework and nothing of the tool, so that a test can make exactly the token it wants:

    platform = Platform("http://127.0.0.1:5001", "rugzak-demo", "1")
    claims = platform.claims(PEOPLE["amina"], COURSES["sw1"], link, nonce=..., target_link_uri=..., now=...)
    token = platform.sign(claims)

A whole launch, with every way to spoil it, is `platform.launch(...)` and `KNOBS["no_kid"].spoil(launch)`.
"""

from __future__ import annotations

import copy
import json
from datetime import datetime
from typing import TYPE_CHECKING

from tests.demo_lms.knobs import CLAIM, KNOBS, Knob, Launch
from tests.demo_lms.signing import Claims, SigningKey, create_key, key_id, named_key, public_jwk, sign_token
from tests.demo_lms.tools import ASKED_PARTS, SCOPES, RegisteredTool, known_parts, service_claims
from tests.demo_lms.world import Course, Link, Person

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from tests.demo_lms.tokens import IssuedToken

__all__ = ["CLAIM", "KNOBS", "Course", "Knob", "Launch", "Link", "Person", "Platform"]

RESOURCE_LINK_REQUEST = "LtiResourceLinkRequest"
LIFETIME = 300
"""How long a token is valid, in seconds. Moodle gives 60, Canvas an hour."""


class Platform:
    """An LTI platform with one tool registered: issuer, client id and deployment id as the tool knows them.

    Without a `key` all platforms of a process share one, with `key_folder` also from run to run; give a key
    to have two platforms that must not be mistaken for each other.
    """

    def __init__(
        self,
        issuer: str,
        client_id: str,
        deployment_id: str,
        key: RSAPrivateKey | None = None,
        *,
        key_folder: Path | None = None,
    ) -> None:
        """Take the three names that the platform and the tool agreed on."""
        self.issuer = issuer
        self.client_id = client_id
        self.deployment_id = deployment_id
        self.key = key or named_key("platform", folder=key_folder)
        self.published = [self.key]
        """The keys in the key set; the knob with a weak key adds one to be found there."""
        self.tool: RegisteredTool | None = None
        """The tool that is launched, where that is another than the one of the three names; see `serving`."""
        self.clock_skew = 0.0
        """By how many seconds the `Date` of this platform's answers is wrong; its launches keep the right time."""
        self.tokens_issued: list[IssuedToken] = []
        """Every access token given out, the oldest first."""

    @property
    def kid(self) -> str:
        """The id of the signing key in the key set."""
        return key_id(self.key)

    def rotate(self, *, keep_old: bool = True) -> None:
        """Sign with a new key from now on; the old ones stay in the key set unless `keep_old` is False."""
        self.key = create_key()
        self.published[:] = [self.key, *(self.published if keep_old else [])]

    def serving(self, tool: RegisteredTool | None, deployment_id: str | None = None) -> Platform:
        """Give this platform as one tool, or one deployment of it, knows it; keys and tokens are shared."""
        other = copy.copy(self)
        if tool is not None:
            other.tool, other.client_id, other.deployment_id = tool, tool.client_id, tool.deployment_id
        if deployment_id is not None:
            other.deployment_id = deployment_id
        return other

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """Give the public key set."""
        return {"keys": [public_jwk(key) for key in self.published]}

    def login_fields(
        self,
        target_link_uri: str,
        login_hint: str,
        message_hint: str | None = None,
        *,
        storage_target: str | None = None,
    ) -> dict[str, str]:
        """Give the fields with which the platform starts a login at the tool.

        A `storage_target` is the frame that keeps data for tools (LTI client side postMessages).
        """
        fields = {
            "iss": self.issuer,
            "target_link_uri": target_link_uri,
            "login_hint": login_hint,
            "client_id": self.client_id,
            "lti_deployment_id": self.deployment_id,
        }
        optional = {"lti_message_hint": message_hint, "lti_storage_target": storage_target}
        return fields | {name: value for name, value in optional.items() if value is not None}

    def claims(
        self,
        person: Person,
        course: Course,
        link: Link,
        *,
        nonce: str,
        target_link_uri: str,
        now: datetime | float,
        message_type: str = RESOURCE_LINK_REQUEST,
        without_context: bool = False,
        services: bool = False,
        locale: str | None = None,
        document_target: str = "iframe",
        return_url: str | None = None,
        look: Mapping[str, str] | None = None,
        parts: str = "silent",
    ) -> Claims:
        """Give everything a launch says, in the shape that Canvas and Moodle give it.

        `locale` is the language of the LMS (the person's own by default). With `services` the claims for
        names and roles and for grades are there too, although nothing answers at those addresses yet; a tool that
        registered itself gets those of its scopes. `look` is one of LOOKS, and `parts` of SAYS_PARTS.
        """
        issued = int(now.timestamp() if isinstance(now, datetime) else now)
        claims: Claims = {
            "iss": self.issuer,
            "aud": self.client_id,
            "azp": self.client_id,
            "sub": person.id,
            "iat": issued,
            "exp": issued + LIFETIME,
            "nonce": nonce,
            f"{CLAIM}message_type": message_type,
            f"{CLAIM}version": "1.3.0",
            f"{CLAIM}deployment_id": self.deployment_id,
            f"{CLAIM}target_link_uri": target_link_uri,
            f"{CLAIM}roles": list(person.roles),
            f"{CLAIM}resource_link": {"id": link.id, "title": link.title, "description": link.description},
            f"{CLAIM}launch_presentation": {
                "document_target": document_target,
                "locale": locale or person.locale or "nl",
                "return_url": return_url or f"{self.issuer}/return",
            },
            f"{CLAIM}tool_platform": {
                "guid": "3f0a5b52f6f44b0f9d7e",
                "name": "Hogeschool Voorbeeld",
                "product_family_code": self.tool.family if self.tool else "demo-lms",
                "version": "1",
            },
            f"{CLAIM}lis": {"person_sourcedid": "", "course_section_sourcedid": course.label},
            f"{CLAIM}custom": self._custom(person, course, link, look or {}, parts),
            **self._known_about(person),
        }
        if not without_context:
            claims[f"{CLAIM}context"] = {
                "id": course.id,
                "label": course.label,
                "title": course.title,
                "type": [course.type],
            }
        scopes = self.tool.scopes if self.tool else SCOPES if services else ()
        return claims | service_claims(self.issuer, course, link, scopes)

    def sign(self, claims: Claims, header_changes: Claims | None = None, key: SigningKey | None = None) -> str:
        """Sign claims as the platform does; a header change to None takes that header away.

        With bytes for a key the signature is an HS256 one.
        """
        header = {**self._header(), **(header_changes or {})}
        kept = {name: value for name, value in header.items() if value is not None}
        return sign_token(json.dumps(claims), kept, self.key if key is None else key)

    def launch(
        self,
        person: Person,
        course: Course,
        link: Link,
        *,
        state: str,
        nonce: str,
        target_link_uri: str,
        now: datetime | float,
        locale: str | None = None,
        document_target: str = "iframe",
        return_url: str | None = None,
        look: Mapping[str, str] | None = None,
        parts: str = "silent",
    ) -> Launch:
        """Give a whole good launch, ready to be sent (`fields()`) or to be spoiled by a knob."""
        claims = self.claims(
            person,
            course,
            link,
            nonce=nonce,
            target_link_uri=target_link_uri,
            now=now,
            locale=locale,
            document_target=document_target,
            return_url=return_url,
            look=look,
            parts=parts,
        )
        return Launch(claims, self._header(), self.key, {"state": state}, self.published)

    def _header(self) -> Claims:
        return {"typ": "JWT", "alg": "RS256", "kid": self.kid}

    def _custom(self, person: Person, course: Course, link: Link, look: Mapping[str, str], parts: str) -> Claims:
        if self.tool:
            return {**self.tool.custom_claim(person, course, link, look, parts)}
        asked = {} if parts == "silent" else ASKED_PARTS
        known = known_parts(person, course) if parts == "sent" else {}
        # A variable that the LMS does not know comes back as its own name, from Canvas and Moodle alike.
        told = {name: known.get(variable, variable) for name, variable in asked.items()}
        return {"group_id": "$com.instructure.Group.id", **told, **link.custom, **look}

    def _known_about(self, person: Person) -> Claims:
        """Give the personal claims; what the LMS keeps back is absent, not empty."""
        claims = {
            "name": person.name,
            "given_name": person.given_name,
            "family_name": person.family_name,
            "email": person.email,
            "locale": person.locale,
        }
        withheld = self.tool.withheld if self.tool else frozenset()
        return {name: value for name, value in claims.items() if value is not None and name not in withheld}
