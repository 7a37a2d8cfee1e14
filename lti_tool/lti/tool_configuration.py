"""What this tool asks of a platform: the one place for dynamic registration, for the Canvas key, and for the guides.

It asks for the least that its steps need, and for all of it at once: an administrator should not have to register the
tool again when small groups or marks come. What is not granted is done without.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"
PLATFORM_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-platform-configuration"
CANVAS = "https://canvas.instructure.com/lti/"
"""Where Canvas's own names begin in a registration."""
CANVAS_FAMILY = "canvas"

NAMES_AND_ROLES = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
"""Who takes part: a teacher makes small groups before everybody has opened the tool, and who left must lose sight of
what was shared with the group."""
LINE_ITEM = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
"""One column in the gradebook for a part of the learning line, made where a teacher wants one."""
LINE_ITEM_READ = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly"
"""Moodle wants it by name for finding that column again, also where writing was granted."""
SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
"""Done, or nothing. ``result.readonly`` is not asked: it would show marks that are none of our business."""
NOTICES = "https://purl.imsglobal.org/spec/lti/scope/noticehandlers"
"""That a course was copied, so that a copy carries its settings; only Canvas has it so far."""

SCOPES = (NAMES_AND_ROLES, LINE_ITEM, LINE_ITEM_READ, SCORE, NOTICES)

CLAIMS = ("iss", "sub", "name")
"""Who somebody is to the platform, and the name that teachers see. Never an e-mail address."""
PRIVACY_LEVEL = "name_only"
"""The same, as Canvas says it."""

TITLES = {"nl": "Leerlijn", "en": "Learning line"}
DESCRIPTIONS = {"nl": "Een leerlijn voor sociaal werk", "en": "A learning line for social work"}
"""Neutral: they stand in courses, and on screens that others see (EXT-6)."""
TOOL_ID = "rugzak"

VARIABLES = {
    "high_contrast": ("Canvas.user.prefersHighContrast",),
    "brand": ("com.instructure.brandConfigJSON",),
    # Which of the course's own small groups somebody is in, by id alone: a proposal for ours that a teacher confirms.
    "group_ids": ("Canvas.group.contextIds", "Moodle.Person.userGroupIds"),
    # Which sections somebody is in, by id alone, and whether they may see only the people of those.
    "section_ids": ("Canvas.course.sectionIds",),
    "section_restricted": ("Canvas.course.sectionRestricted",),
    # Which courses and links this one was copied from.
    "context_history": ("Context.id.history",),
    "link_history": ("ResourceLink.id.history",),
}
"""Our custom parameters, and the platform's variables that fill them; the first that the platform knows is used.

A variable that it does not know would arrive as its own name in every launch.
"""
_KNOWN_TO_CANVAS = frozenset(
    {
        "Canvas.user.prefersHighContrast",
        "com.instructure.brandConfigJSON",
        "Canvas.group.contextIds",
        "Canvas.course.sectionIds",
        "Canvas.course.sectionRestricted",
        "Context.id.history",
        "ResourceLink.id.history",
    }
)
_PLACEMENT = "course_navigation"
_MESSAGE = "LtiResourceLinkRequest"
"""Deep linking is not answered yet, so it is not asked for; it comes with the step that lets a teacher choose."""


@dataclass(frozen=True)
class PlatformConfiguration:
    """What a platform says of itself (LTI Dynamic Registration 1.0, 3.3), as far as we use it."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    registration_endpoint: str
    family: str | None
    token_audience: str | None
    name: str | None
    """What the institution is called, where the platform says so."""
    scopes: frozenset[str] | None
    """The scopes it can grant; None when it does not say."""
    variables: frozenset[str]
    placements: frozenset[str]
    """Where a plain launch can stand."""


def asked_scopes(configuration: PlatformConfiguration) -> tuple[str, ...]:
    """Return the scopes that we ask for and the platform has."""
    offered = configuration.scopes
    return tuple(scope for scope in SCOPES if offered is None or scope in offered)


def build_request(configuration: PlatformConfiguration, *, base_url: str, language: str) -> dict[str, Any]:
    """Build the registration that is sent to a platform (LTI Dynamic Registration 1.0, 3.5).

    :param language: of the administrator. Moodle shows the name in courses, and reads one language only.
    """
    launch_url = f"{base_url}/lti/launch"
    tool = {
        # Moodle compares it with the host and port of the address below.
        "domain": urlsplit(base_url).netloc,
        "target_link_uri": launch_url,
        **_in_languages("description", DESCRIPTIONS, language),
        "claims": list(CLAIMS),
        "custom_parameters": custom_parameters(configuration.variables),
        "messages": [_message(configuration, base_url, language)],
    }
    if configuration.family == CANVAS_FAMILY:
        tool |= {f"{CANVAS}privacy_level": PRIVACY_LEVEL, f"{CANVAS}tool_id": TOOL_ID}
    return {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "initiate_login_uri": f"{base_url}/lti/login",
        "redirect_uris": [launch_url],
        **_in_languages("client_name", TITLES, language),
        "jwks_uri": f"{base_url}/lti/jwks.json",
        "logo_uri": f"{base_url}/static/icon.svg",
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": " ".join(asked_scopes(configuration)),
        TOOL_CONFIGURATION: tool,
    }


def _in_languages(name: str, texts: dict[str, str], language: str) -> dict[str, str]:
    """Say something in the administrator's language, and in all of ours (OpenID Connect Registration, section 2.1)."""
    return {name: texts[language], **{f"{name}#{code}": text for code, text in texts.items()}}


def _message(configuration: PlatformConfiguration, base_url: str, language: str) -> dict[str, Any]:
    message: dict[str, Any] = {
        "type": _MESSAGE,
        "target_link_uri": f"{base_url}/lti/launch",
        **_in_languages("label", TITLES, language),
    }
    if configuration.family == CANVAS_FAMILY and _PLACEMENT in configuration.placements:
        message |= {
            "icon_uri": f"{base_url}/static/icon.svg",
            "placements": [_PLACEMENT],
            # No course shows it until a teacher switches it on, and then only who is in the course sees it.
            f"{CANVAS}course_navigation/default_enabled": False,
            f"{CANVAS}visibility": "members",
        }
    return message


def custom_parameters(known: Iterable[str]) -> dict[str, str]:
    """Return our custom parameters, with the variables among these that fill them."""
    known = frozenset(known)
    found = {name: next((one for one in choices if one in known), None) for name, choices in VARIABLES.items()}
    return {name: f"${variable}" for name, variable in found.items() if variable is not None}


def canvas_key(base_url: str) -> dict[str, Any]:
    """Return the configuration of a Canvas developer key, for pasting or by URL."""
    launch_url = f"{base_url}/lti/launch"
    return {
        "title": TITLES["en"],
        "description": DESCRIPTIONS["en"],
        "oidc_initiation_url": f"{base_url}/lti/login",
        "target_link_uri": launch_url,
        "public_jwk_url": f"{base_url}/lti/jwks.json",
        "scopes": list(SCOPES),
        "custom_fields": custom_parameters(_KNOWN_TO_CANVAS),
        "extensions": [
            {
                "platform": "canvas.instructure.com",
                "domain": urlsplit(base_url).netloc,
                "tool_id": TOOL_ID,
                "privacy_level": PRIVACY_LEVEL,
                "settings": {
                    "text": TITLES["en"],
                    "labels": TITLES,
                    "icon_url": f"{base_url}/static/icon.svg",
                    "placements": [
                        {
                            "placement": _PLACEMENT,
                            "message_type": _MESSAGE,
                            "target_link_uri": launch_url,
                            "text": TITLES["en"],
                            "labels": TITLES,
                            "default": "disabled",
                            "visibility": "members",
                        }
                    ],
                },
            }
        ],
    }
