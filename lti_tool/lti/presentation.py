"""What a launch says of how a page should look, and of where the course is (LTI Core 1.3, 5.4.4; Canvas's variables).

Nothing here is proof of anything, so what cannot be used counts as absent and refuses nobody.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from lti_tool.lti.addresses import origin_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST = 1000
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_CANVAS_COURSE = re.compile(r"/courses/\d{1,20}(?=/|\Z)")
_MOODLE_RETURN = re.compile(r"(/(?:[\w.~-]+/)*)mod/lti/return\.php")
_NUMBER = re.compile(r"\d{1,20}")
_HARMLESS = frozenset(
    {"id", "ou", "course", "course_id", "courseid", "content_id", "cmid", "context_id", "org", "rlid"}
)
"""Parts of a query that name a place. Whatever else stands there may be somebody's session at the LMS."""
_PLAIN = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


@dataclass(frozen=True)
class Presentation:
    """How and where the page is shown."""

    locale: str | None
    origin: str | None
    """The site that the course was opened at: it may frame our pages."""
    course_url: str | None
    """Where the course is, for the way back. Nothing in it is secret."""
    wants_contrast: bool
    brand: str | None
    """The institution's colour, as ``#rrggbb``."""


def read_presentation(
    presentation: Mapping[str, str], custom: Mapping[str, str], *, family: str | None, context_id: str | None
) -> Presentation:
    """Read the parts of a launch that are about presentation.

    :param family: the platform's ``product_family_code``.
    """
    return_url = presentation.get("return_url")
    return Presentation(
        locale=presentation.get("locale"),
        origin=origin_of(return_url),
        course_url=course_address(return_url, family=family, context_id=context_id),
        wants_contrast=custom.get("high_contrast", "").lower() == "true",
        brand=_read_brand(custom.get("brand")),
    )


def course_address(return_url: str | None, *, family: str | None, context_id: str | None) -> str | None:
    """Make the address of the course from where the LMS wants people to come back.

    Moodle's own return address holds the person's session key, and other platforms' may: so it is taken apart, and what
    is kept is a place that anybody may know.
    """
    origin = origin_of(return_url)
    if return_url is None or origin is None:
        return None
    parts = urlsplit(return_url)
    path = re.sub(r";[^/]*", "", parts.path)  # a Java server may write somebody's session there
    if family == "moodle" and (found := _MOODLE_RETURN.fullmatch(path)):
        number = context_id if context_id and _NUMBER.fullmatch(context_id) else None
        address = f"{origin}{found[1]}" + (f"course/view.php?id={number}" if number else "")
    elif family == "canvas" and (found := _CANVAS_COURSE.match(path)):
        address = origin + found[0]
    else:
        pairs = parse_qsl(parts.query) if len(parts.query) <= _MOST else []
        query = [(name, value) for name, value in pairs if name.lower() in _HARMLESS and _PLAIN.fullmatch(value)]
        address = origin + path + (f"?{urlencode(query)}" if query else "")
    return address if len(address) <= _MOST and address.isascii() and address.isprintable() else None


def _read_brand(text: str | None) -> str | None:
    """Read the primary colour from what Canvas calls its brand configuration: JSON, in a text."""
    try:
        brand: Any = json.loads(text or "null")
    except (ValueError, RecursionError):
        return None
    colour = brand.get("ic-brand-primary") if isinstance(brand, dict) else None
    if not isinstance(colour, str):
        return None
    colour = colour.strip().lower()
    if re.fullmatch(r"#[0-9a-f]{3}", colour):
        colour = "#" + "".join(digit * 2 for digit in colour[1:])
    return colour if _COLOUR.fullmatch(colour) else None
