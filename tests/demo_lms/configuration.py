"""What the LMS says of itself to a tool that wants to register (LTI Dynamic Registration 1.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.demo_lms.tools import CANVAS, MOODLE, NAME_CLAIMS, SCOPES

if TYPE_CHECKING:
    from tests.demo_lms.platform import Platform

PLATFORM_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-platform-configuration"
CANVAS_EXTRA = "https://canvas.instructure.com/lti"
NOTICES = "https://purl.imsglobal.org/spec/lti/scope/noticehandlers"
TOOL_SETTINGS = "https://purl.imsglobal.org/spec/lti-ts/scope/toolsetting"

SUPPORTED_SCOPES: dict[str, tuple[str, ...]] = {
    MOODLE: ("https://purl.imsglobal.org/spec/lti-bo/scope/basicoutcome", *SCOPES, TOOL_SETTINGS, "openid"),
    CANVAS: (*SCOPES, NOTICES),
}
"""What each platform says that it can grant."""

_COURSE_PLACEMENTS = ["course_navigation", "link_selection", "assignment_selection", "module_index_menu_modal"]

_MESSAGES: dict[str, list[dict[str, Any]]] = {
    MOODLE: [{"type": "LtiResourceLinkRequest"}, {"type": "LtiDeepLinkingRequest", "placements": ["ContentArea"]}],
    CANVAS: [
        {"type": "LtiResourceLinkRequest", "placements": _COURSE_PLACEMENTS},
        {
            "type": "LtiDeepLinkingRequest",
            "placements": ["link_selection", "assignment_selection", "editor_button", "module_index_menu_modal"],
        },
    ],
}

_VARIABLES: dict[str, list[str]] = {
    MOODLE: [
        "Context.id",
        "Context.title",
        "Context.label",
        "Context.id.history",
        "CourseSection.timeFrame.begin",
        "ResourceLink.id",
        "ResourceLink.title",
        "ResourceLink.description",
        "User.id",
        "Person.name.full",
        "Membership.role",
        "Moodle.Person.userGroupIds",
    ],
    CANVAS: [
        "Context.id",
        "Context.title",
        "Context.id.history",
        "ResourceLink.id",
        "User.id",
        "Person.name.full",
        "Person.name.display",
        "Canvas.course.id",
        "Canvas.user.prefersHighContrast",
        "Canvas.group.contextIds",
        "Canvas.course.sectionIds",
        "Canvas.course.sectionRestricted",
        "com.instructure.brandConfigJSON",
        "com.instructure.Group.id",
    ],
}

_SAYS_OF_ITSELF: dict[str, dict[str, Any]] = {
    MOODLE: {"version": "4.5.6 (Build: 20250811)"},
    CANVAS: {
        "version": "vCloud",
        f"{CANVAS_EXTRA}/account_name": "Hogeschool Voorbeeld",
        f"{CANVAS_EXTRA}/account_lti_guid": "Ioe3f0a5b52f6f44b0f9d7e:canvas-lms",
        "notice_types_supported": ["LtiHelloWorldNotice", "LtiContextCopyNotice"],
    },
}

HUGE = 1_100_000
CONFIGURATION_FAULTS = ("other_issuer", "no_endpoint", "http_endpoint", "html", "huge", "slow", "redirect", "not_json")
"""The ways to spoil the configuration; `spoil_configuration` does those that still give a JSON object."""


def describe_platform(platform: Platform, family: str, registration_endpoint: str) -> dict[str, Any]:
    """Give the OpenID configuration of this LMS when it plays one family of platforms.

    The public keys, the authorization endpoint and the token endpoint are at `/jwks.json`, `/authorize` and `/token`.
    """
    issuer = platform.issuer
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
        "jwks_uri": f"{issuer}/jwks.json",
        "registration_endpoint": registration_endpoint,
        "scopes_supported": list(SUPPORTED_SCOPES[family]),
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public", "pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": ["sub", "iss", *NAME_CLAIMS, "email"],
        PLATFORM_CONFIGURATION: {
            "product_family_code": family,
            "messages_supported": _MESSAGES[family],
            "variables": _VARIABLES[family],
            **_SAYS_OF_ITSELF[family],
        },
    }


def spoil_configuration(configuration: dict[str, Any], fault: str) -> dict[str, Any]:
    """Give the configuration with one fault in it; a fault of the answer itself leaves it as it is."""
    spoiled = dict(configuration)
    if fault == "other_issuer":
        spoiled["issuer"] = "https://elsewhere.example"
    elif fault == "no_endpoint":
        del spoiled["registration_endpoint"]
    elif fault == "http_endpoint":
        spoiled["registration_endpoint"] = "http://lms.example/register"
    elif fault == "huge":
        spoiled["padding"] = "x" * HUGE
    return spoiled
