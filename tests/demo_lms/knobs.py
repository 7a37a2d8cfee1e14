"""The ways to spoil a launch: each knob turns one good launch into one that a tool must be able to take.

Most are launches that a tool has to refuse: the cases of the LTI certification, and an attack for every
check. Some (`accepted`) are right but awkward, and have to work. Two differ in how they are sent and not in
what they say: `replay` and `platform_error`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.demo_lms.launch import Launch
from tests.demo_lms.signing import WEAK_BITS, key_id, named_key, public_pem

__all__ = ["CLAIM", "KNOBS", "SCRIPT", "Knob", "Launch", "Spoil"]

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
SCRIPT = "<script>alert(1)</script>"
HOUR = 3600
OVERSIZE = 300_000
DEPTH = 5_000
A_WORD = "hello"


Spoil = Callable[[Launch], None]


@dataclass(frozen=True)
class Knob:
    """One way to spoil a launch: its name for people, what it touches, and whether a tool accepts it."""

    nl: str
    en: str
    spoils: str
    spoil: Spoil
    accepted: bool = False

    def title(self, language: str) -> str:
        """Give the name of the knob in Dutch or English."""
        return self.nl if language == "nl" else self.en


def _without(*names: str) -> Spoil:
    def spoil(launch: Launch) -> None:
        for name in names:
            launch.claims.pop(name, None)

    return spoil


def _with(name: str, value: Any) -> Spoil:  # a claim may hold any JSON value
    def spoil(launch: Launch) -> None:
        launch.claims[name] = value

    return spoil


def _at(*, issued: int, expires: int) -> Spoil:
    """Move the times of a launch, in seconds from when it was made."""

    def spoil(launch: Launch) -> None:
        now = launch.claims["iat"]
        launch.claims.update(iat=now + issued, exp=now + expires)

    return spoil


def _long_ago(launch: Launch) -> None:
    launch.claims.update(iat=11111, exp=22222)


def _no_kid(launch: Launch) -> None:
    launch.header.pop("kid", None)


def _unknown_kid(launch: Launch) -> None:
    launch.header["kid"] = "imstester_66067"


def _not_an_lti_message(launch: Launch) -> None:
    launch.claims = {"name": "badltilaunch"}


def _audience_list(launch: Launch) -> None:
    launch.claims["aud"] = [launch.claims["aud"], "another-client"]
    launch.claims.pop("azp", None)


def _resource_link_id(value: str) -> Spoil:
    def spoil(launch: Launch) -> None:
        launch.claims[f"{CLAIM}resource_link"] = {**launch.claims[f"{CLAIM}resource_link"], "id": value}

    return spoil


def _wrong_state(launch: Launch) -> None:
    launch.form["state"] = "a-state-that-belongs-to-somebody-else"


def _no_state(launch: Launch) -> None:
    launch.form.pop("state", None)


def _alg_none(launch: Launch) -> None:
    launch.header["alg"] = "none"
    launch.key = None


def _alg_hs256(launch: Launch) -> None:
    """Sign with the public key as if it were a shared secret: the best-known trick against JWT readers."""
    launch.header["alg"] = "HS256"
    launch.key = public_pem(launch.published[0])


def _wrong_key(launch: Launch) -> None:
    """Sign with a stranger's key under the `kid` of the real one."""
    launch.key = named_key("stranger")


def _weak_key(launch: Launch) -> None:
    """Sign with a key that is published, but too short to be trusted."""
    weak = named_key("weak", bits=WEAK_BITS)
    if weak not in launch.published:
        launch.published.append(weak)
    launch.key = weak
    launch.header["kid"] = key_id(weak)


def _broken_signature(launch: Launch) -> None:
    signed, _, signature = launch.token().rpartition(".")
    middle = len(signature) // 2
    other = "A" if signature[middle] != "A" else "B"
    launch.form["id_token"] = f"{signed}.{signature[:middle]}{other}{signature[middle + 1 :]}"


def _not_a_token(launch: Launch) -> None:
    launch.form["id_token"] = A_WORD


def _deeply_nested(launch: Launch) -> None:
    """Write the nesting by hand: no JSON writer goes this deep, which is why a reader may fall over it."""
    nested = "[" * DEPTH + "]" * DEPTH
    launch.payload = f'{json.dumps(launch.claims)[:-1]}, "https://lms.example/deep": {nested}}}'


def _script_in_every_claim(launch: Launch) -> None:
    launch.claims.update(dict.fromkeys(("name", "given_name", "family_name", "middle_name", "email"), SCRIPT))
    for claim, names in {
        "context": ("label", "title"),
        "resource_link": ("title", "description"),
        "tool_platform": ("name", "guid", "description"),
        "lis": ("person_sourcedid", "course_section_sourcedid"),
        "custom": ("group_id",),
    }.items():
        known = launch.claims.get(CLAIM + claim)
        if known is not None:
            launch.claims[CLAIM + claim] = {**known, **dict.fromkeys(names, SCRIPT)}


def _script_return_url(launch: Launch) -> None:
    presentation = launch.claims[f"{CLAIM}launch_presentation"]
    launch.claims[f"{CLAIM}launch_presentation"] = {**presentation, "return_url": "javascript:alert(1)"}


def _wrong_types(launch: Launch) -> None:
    launch.claims.update(
        {
            "name": ["Amina"],
            f"{CLAIM}roles": "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor",
            f"{CLAIM}context": ["sw1"],
            f"{CLAIM}resource_link": "link",
            f"{CLAIM}launch_presentation": 7,
            f"{CLAIM}custom": "custom",
        }
    )


def _replay(launch: Launch) -> None:
    launch.repeat = True


def _platform_error(launch: Launch) -> None:
    launch.form.update(error="login_required", error_description="The person is not logged in at the LMS.")


_FIVE = ("aud", "iss", "sub", f"{CLAIM}deployment_id", f"{CLAIM}roles")

KNOBS: dict[str, Knob] = {
    "no_kid": Knob("Sleutelnummer ontbreekt", "No key id", "header", _no_kid),
    "unknown_kid": Knob("Onbekend sleutelnummer", "Unknown key id", "header", _unknown_kid),
    "alg_none": Knob("Zonder handtekening (alg none)", "No signature (alg none)", "signature", _alg_none),
    "alg_hs256": Knob(
        "Getekend met de publieke sleutel (HS256)",
        "Signed with the public key (HS256)",
        "signature",
        _alg_hs256,
    ),
    "wrong_key": Knob("Sleutel van een ander", "Key of somebody else", "signature", _wrong_key),
    "weak_key": Knob("Te korte sleutel", "Key too short", "signature", _weak_key),
    "broken_signature": Knob("Kapotte handtekening", "Broken signature", "signature", _broken_signature),
    "wrong_version": Knob("Verkeerde LTI-versie", "Wrong LTI version", "claims", _with(f"{CLAIM}version", "11.3")),
    "no_version": Knob("Geen LTI-versie", "No LTI version", "claims", _without(f"{CLAIM}version")),
    "not_an_lti_message": Knob("Geen LTI-bericht", "Not an LTI message", "claims", _not_an_lti_message),
    "missing_claims": Knob(
        "Vijf verplichte gegevens ontbreken", "Five required claims missing", "claims", _without(*_FIVE)
    ),
    "no_audience": Knob("Geen ontvanger (aud)", "No audience", "claims", _without("aud")),
    "no_issuer": Knob("Geen afzender (iss)", "No issuer", "claims", _without("iss")),
    "no_sub": Knob("Geen persoon (sub)", "No person (sub)", "claims", _without("sub")),
    "no_deployment": Knob("Geen installatie", "No deployment", "claims", _without(f"{CLAIM}deployment_id")),
    "no_roles": Knob("Geen rollen", "No roles", "claims", _without(f"{CLAIM}roles")),
    "no_message_type": Knob("Geen soort bericht", "No message type", "claims", _without(f"{CLAIM}message_type")),
    "unknown_message_type": Knob(
        "Onbekende soort bericht",
        "Unknown message type",
        "claims",
        _with(f"{CLAIM}message_type", "LtiUnknownRequest"),
    ),
    "unknown_deployment": Knob(
        "Onbekende installatie",
        "Unknown deployment",
        "claims",
        _with(f"{CLAIM}deployment_id", "never-approved"),
    ),
    "no_resource_link": Knob("Geen link", "No resource link", "claims", _without(f"{CLAIM}resource_link")),
    "empty_resource_link": Knob("Lege link", "Empty resource link", "claims", _with(f"{CLAIM}resource_link", {})),
    "blank_resource_link_id": Knob(
        "Link met een leeg nummer", "Resource link with a blank id", "claims", _resource_link_id("")
    ),
    "other_target_link": Knob(
        "Ander doeladres",
        "Other target address",
        "claims",
        _with(f"{CLAIM}target_link_uri", "https://elsewhere.example/lti/launch"),
    ),
    "wrong_issuer": Knob("Verkeerde afzender", "Wrong issuer", "claims", _with("iss", "https://elsewhere.example")),
    "wrong_audience": Knob("Verkeerde ontvanger", "Wrong audience", "claims", _with("aud", "another-client")),
    "audience_list_without_azp": Knob(
        "Twee ontvangers, niet gezegd wie (azp)", "Two audiences without azp", "claims", _audience_list
    ),
    "wrong_azp": Knob(
        "Bedoeld voor een ander (azp)", "Meant for another (azp)", "claims", _with("azp", "another-client")
    ),
    "old_timestamps": Knob("Tijden van lang geleden", "Times of long ago", "times", _long_ago),
    "expired": Knob("Verlopen", "Expired", "times", _at(issued=-2 * HOUR, expires=-HOUR)),
    "issued_in_future": Knob("Uit de toekomst", "Issued in the future", "times", _at(issued=HOUR, expires=2 * HOUR)),
    "no_exp": Knob("Geen einde (exp)", "No end (exp)", "times", _without("exp")),
    "no_iat": Knob("Geen begin (iat)", "No start (iat)", "times", _without("iat")),
    "wrong_nonce": Knob("Verkeerde nonce", "Wrong nonce", "form", _with("nonce", "a-nonce-of-another-login")),
    "no_nonce": Knob("Geen nonce", "No nonce", "form", _without("nonce")),
    "wrong_state": Knob("Verkeerde state", "Wrong state", "form", _wrong_state),
    "no_state": Knob("Geen state", "No state", "form", _no_state),
    "not_a_token": Knob("Geen token maar een woord", "A word in place of a token", "form", _not_a_token),
    "replay": Knob("Twee keer hetzelfde sturen", "Send the same launch twice", "form", _replay),
    "platform_error": Knob("De leeromgeving meldt een fout", "The LMS reports an error", "form", _platform_error),
    "oversized": Knob(
        "Heel groot (300 kB)",
        "Very large (300 kB)",
        "shape",
        _with("https://lms.example/large", "x" * OVERSIZE),
    ),
    "deeply_nested": Knob("Heel diep genest", "Very deeply nested", "shape", _deeply_nested),
    "wrong_types": Knob("Gegevens van het verkeerde soort", "Claims of the wrong kind", "shape", _wrong_types),
    "script_in_every_claim": Knob(
        "Script in elke tekst", "Script in every text", "shape", _script_in_every_claim, accepted=True
    ),
    "script_return_url": Knob(
        "Script als terugweg", "Script as the way back", "shape", _script_return_url, accepted=True
    ),
    "no_context": Knob("Buiten een cursus", "Outside a course", "shape", _without(f"{CLAIM}context"), accepted=True),
}
"""Every knob by name, in the order in which a person chooses from them."""
