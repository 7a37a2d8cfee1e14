"""A tool as the LMS has it on file, and what such a tool gets: its custom parameters, names and services."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.demo_lms.world import Course, Link, Person

Custom = dict[str, str | bool]
"""The custom claim. Texts, says the standard; Canvas also puts a boolean there."""

AGS = "https://purl.imsglobal.org/spec/lti-ags"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps"
LINE_ITEM, LINE_ITEM_READ, RESULT_READ, SCORE = (
    f"{AGS}/scope/{name}" for name in ("lineitem", "lineitem.readonly", "result.readonly", "score")
)
MEMBERSHIP_READ = f"{NRPS}/scope/contextmembership.readonly"
SCOPES = (LINE_ITEM, LINE_ITEM_READ, RESULT_READ, SCORE, MEMBERSHIP_READ)
"""What this LMS lets tools ask for."""

MOODLE, CANVAS = FAMILIES = ("moodle", "canvas")
"""The platforms whose registration this LMS can play."""

NAME_CLAIMS = ("name", "given_name", "family_name")

LOOKS: dict[str, dict[str, str]] = {
    "plain": {},
    "contrast": {"high_contrast": "true"},
    "brand": {
        "high_contrast": "false",
        "brand": json.dumps(
            {
                "ic-brand-primary": "#0B5345",
                "ic-brand-font-color-dark": "#1B2631",
                "ic-link-color": "#0B5345",
                "ic-brand-button--primary-bgd": "#0B5345",
                "ic-brand-button--primary-text": "#FFFFFF",
            }
        ),
    },
}
"""What Canvas tells of how a person sees it, as the custom parameters `high_contrast` and `brand`."""


GROUPS, SECTIONS, RESTRICTED = PARTS = (
    "$Canvas.group.contextIds",
    "$Canvas.course.sectionIds",
    "$Canvas.course.sectionRestricted",
)
MOODLE_GROUPS = "$Moodle.Person.userGroupIds"
ASKED_PARTS = dict(zip(("group_ids", "section_ids", "section_restricted"), PARTS, strict=True))
"""What the ordinary tool has asked for: the parameters, and the variables of Canvas that fill them."""
SAYS_PARTS = ("sent", "unresolved", "silent")
"""The ways to tell of groups and sections: filled in, as a variable that the LMS does not know, or not at all."""


def known_parts(person: Person, course: Course) -> Custom:
    """Fill in the variables of Canvas about groups and sections; those of sections for who is enrolled alone."""
    place = course.places.get(person.id)
    if place is None:
        return {GROUPS: ""}
    return {GROUPS: ",".join(place.groups), SECTIONS: ", ".join(place.sections), RESTRICTED: place.is_restricted}


@dataclass(frozen=True)
class RegisteredTool:
    """A tool that may be launched from this LMS once it is `active`.

    `claims` are the personal ones it asked for and gets. A Canvas-like platform has no deployment until somebody
    activates the tool, and never tells the tool which: `deployment_id` is empty until then.
    """

    client_id: str
    deployment_id: str
    family: str
    name: str
    login_url: str
    redirect_uris: tuple[str, ...]
    target_link_uri: str
    jwks_uri: str
    scopes: tuple[str, ...] = SCOPES
    claims: tuple[str, ...] = (*NAME_CLAIMS, "email")
    custom: Mapping[str, str] = field(default_factory=dict)
    description: str = ""
    active: bool = False

    @property
    def origin(self) -> str:
        """Where messages of this tool come from."""
        parts = urlsplit(self.login_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def withheld(self) -> frozenset[str]:
        """The personal claims that the tool does not get; one name asked for gives them all, as in Moodle."""
        names = () if set(NAME_CLAIMS) & set(self.claims) else (*NAME_CLAIMS, "middle_name")
        return frozenset(names if "email" in self.claims else (*names, "email"))

    def custom_claim(
        self, person: Person, course: Course, link: Link, look: Mapping[str, str], parts: str = "sent"
    ) -> Custom:
        """Give the custom parameters with their variables filled in; an unknown variable stays as it was written."""
        known: dict[str, str | bool | None] = {
            "$User.id": person.id,
            "$Person.name.full": person.name,
            "$Person.name.display": person.name,
            "$Context.id": course.id,
            "$Context.label": course.label,
            "$Context.title": course.title,
            "$Context.id.history": "",
            "$ResourceLink.id": link.id,
            "$ResourceLink.title": link.title,
        }
        if self.family == CANVAS:
            known |= {
                "$Canvas.user.prefersHighContrast": look.get("high_contrast", "false"),
                "$com.instructure.brandConfigJSON": look.get("brand", "{}"),
                "$Canvas.course.id": "42",
            }
        given = {**self.custom, **link.custom}
        if parts == "silent":
            given = {name: value for name, value in given.items() if value not in (*PARTS, MOODLE_GROUPS)}
        elif parts == "sent" and self.family == CANVAS:
            known |= known_parts(person, course)
        elif parts == "sent":
            known[MOODLE_GROUPS] = known_parts(person, course)[GROUPS]
        return {name: value if (found := known.get(value)) is None else found for name, value in given.items()}


def service_claims(issuer: str, course: Course, link: Link, scopes: tuple[str, ...]) -> dict[str, object]:
    """Give the claims of the services that these scopes open. Nothing answers at their addresses yet."""
    base = f"{issuer}/api/courses/{course.id}"
    claims: dict[str, object] = {}
    if MEMBERSHIP_READ in scopes:
        claims[f"{NRPS}/claim/namesroleservice"] = {
            "context_memberships_url": f"{base}/names_and_roles",
            "service_versions": ["2.0"],
        }
    if grading := [scope for scope in scopes if scope.startswith(AGS)]:
        claims[f"{AGS}/claim/endpoint"] = {
            "scope": grading,
            "lineitems": f"{base}/line_items",
            "lineitem": f"{base}/line_items/{link.id}",
        }
    return claims
