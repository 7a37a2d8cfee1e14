"""What the kinds of cards and the fields of the form are called, and what the form says when something is not right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lti_tool.web.languages import lazy_gettext as _

if TYPE_CHECKING:
    from flask_babel import LazyString

KIND_NAMES: dict[str, LazyString] = {
    "teacher": _("Teacher or study coach"),
    "adviser": _("Confidential adviser"),
    "dean": _("Student dean"),
    "psychologist": _("Student psychologist"),
    "security": _("Security on campus"),
    "peer_group": _("Group of people who know something similar"),
    "practitioner": _("General practitioner"),
    "other": _("Somebody else"),
}

LABELS: dict[str, LazyString] = {
    "kind": _("What this person or desk is for students"),
    "name": _("Name"),
    "phone": _("Telephone"),
    "email": _("E-mail address"),
    "web": _("Website"),
    "place": _("Room or building"),
    "scope_nl": _("What students can come with, and what stays between you, in Dutch"),
    "answers_nl": _("How soon there is an answer, with any waiting time, in Dutch"),
    "scope_en": _("What students can come with, and what stays between you, in English"),
    "answers_en": _("How soon there is an answer, with any waiting time, in English"),
    "every_page": _("At the foot of every page"),
}
"""The fields of a card, in the order of the form."""

REACH = "reach"
"""The name of what is wrong when there is no way to reach somebody: it belongs to four fields together."""

FIELD_OF = {REACH: "phone"}
"""Where to begin with an error that belongs to no single field."""

EMPTY: dict[str, LazyString] = {
    "name": _("Fill in the name of the person or the desk."),
    "scope_nl": _("Say in Dutch what students can come with, and what stays between you."),
    "answers_nl": _("Say in Dutch how soon there is an answer."),
    "scope_en": _("Say in English what students can come with, and what stays between you."),
    "answers_en": _("Say in English how soon there is an answer."),
}
NO_KIND = _("Choose what this person or desk is for students.")
NO_WAY = _("Fill in at least one way to reach them: telephone, e-mail, website or room.")
NOT_A_PHONE = _("Write the telephone number in digits. Spaces, hyphens, brackets and a plus are fine too.")
NOT_AN_EMAIL = _("Write the e-mail address in full, with an @ in it and without spaces.")
NOT_A_WEBSITE = _("Write the address of the website as it stands in the browser, from https:// on.")
TOO_MANY_EVERYWHERE = _(
    "Two cards stand at the foot of every page already: %(one)s and %(other)s. Take one of them off there first."
)
TOO_MANY_CARDS = _("There are forty cards, and no more fit. Remove one first.")
