"""What a finding of the self-check says to the administrator who reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lti_tool.lti.access_tokens import TokenReason
from lti_tool.lti.outbound import OutboundReason
from lti_tool.lti.self_check import Detail, What
from lti_tool.lti.tool_configuration import LINE_ITEM, LINE_ITEM_READ, NAMES_AND_ROLES, NOTICES, SCORE
from lti_tool.web.languages import lazy_gettext as _
from lti_tool.web.languages import show_moment

if TYPE_CHECKING:
    from lti_tool.lti.self_check import Finding


@dataclass(frozen=True)
class CheckWords:
    """A finding in words, in the language of the page."""

    title: str
    sentence: str
    advice: str
    """What to do; empty when there is nothing to do."""


_TITLES = {
    What.KEYS: _("Keys of the learning environment"),
    What.TOKEN: _("Access to its services"),
    What.SCOPES: _("What it allows"),
    What.CLOCK: _("Clocks"),
    What.FRAME: _("Inside the course page"),
    What.STORAGE: _("Inside the course page, with storage of the learning environment"),
    What.WINDOW: _("In a window of its own"),
}

_SENTENCES = {
    Detail.KEYS_FOUND: _("The keys can be read. Usable keys: %(count)s."),
    Detail.NO_USABLE_KEY: _("There is no key that can be used: we need an RSA key of 2048 bits or more, for RS256."),
    Detail.NOT_A_KEY_SET: _("What is at the address of the keys is not a list of keys."),
    Detail.TOKEN_GIVEN: _("The learning environment gives us access."),
    Detail.NO_SIGNING_KEY: _("We could not ask, because this tool has no key of its own yet."),
    Detail.NOTHING_ASKED: _("This learning environment has no services that the tool can use."),
    Detail.SCOPES_GRANTED: _("It allows all that the tool asks for."),
    Detail.SCOPES_MISSING: _("It does not allow everything. Missing: %(missing)s."),
    Detail.SCOPES_UNKNOWN: _("Without access we cannot see what it allows."),
    Detail.CLOCKS_AGREE: _("The clocks of the learning environment and this tool agree."),
    Detail.CLOCKS_DIFFER_A_LITTLE: _("The clocks differ by %(seconds)s seconds. That still works."),
    Detail.CLOCKS_DIFFER: _("The clocks differ by %(seconds)s seconds. From one minute on, people can be kept out."),
    Detail.CLOCK_UNKNOWN: _("The learning environment did not say what time it has."),
    Detail.FRAME_SEEN: _("Somebody came in this way. The last time noted: %(at)s."),
    Detail.STORAGE_SEEN: _("Somebody came in this way. The last time noted: %(at)s."),
    Detail.WINDOW_SEEN: _("Somebody came in this way. The last time noted: %(at)s."),
    Detail.FRAME_NOT_SEEN: _("Nobody has come in this way yet."),
    Detail.STORAGE_NOT_SEEN: _("Nobody has come in this way yet."),
    Detail.WINDOW_NOT_SEEN: _("Nobody has come in this way yet."),
    Detail.LOOK_FAILED: _("Something went wrong on our side, so we could not look."),
    OutboundReason.ADDRESS: _("The address is not a public https address, so we do not go there."),
    OutboundReason.UNREACHABLE: _("The address does not answer."),
    OutboundReason.CERTIFICATE: _("The certificate of the address is not valid."),
    OutboundReason.TOO_SLOW: _("The address takes too long to answer: more than five seconds."),
    OutboundReason.TOO_LARGE: _("The address sends more than we read."),
    OutboundReason.REDIRECTED: _("The address sends us on to another one. We do not follow."),
    OutboundReason.BAD_STATUS: _("The address answers with an error: %(status)s."),
    OutboundReason.NOT_JSON: _("The address sends a page or a file, and not the data that we ask for."),
    TokenReason.CLIENT_REFUSED: _("The learning environment does not recognise this tool or its signature."),
    TokenReason.SCOPE_REFUSED: _("The learning environment allows none of the things that the tool asks for."),
    TokenReason.REQUEST_REFUSED: _("The learning environment says no, without a reason that we know."),
    TokenReason.PLATFORM_FAILED: _("The learning environment says that it cannot do it at the moment."),
    TokenReason.ANSWER_MALFORMED: _("The learning environment says yes, but what it sends gives no access."),
}

_CHECK_ADDRESS = _("Compare the address with the one that your learning environment shows, and mend it in this tool.")
_ASK_HOST = _("Ask whoever runs the learning environment.")
_TRY_LATER = _("Try again later. If it stays so, ask whoever runs the learning environment.")
_ADVICE = {
    Detail.LOOK_FAILED: _("Tell whoever runs this tool. Its log says what it was."),
    Detail.NO_USABLE_KEY: _ASK_HOST,
    Detail.NOT_A_KEY_SET: _CHECK_ADDRESS,
    Detail.NO_SIGNING_KEY: _("Ask whoever runs this tool to start its worker, or to run the command “keys rotate”."),
    Detail.SCOPES_MISSING: _(
        "People can come in without it. If you want it, allow it in the settings of this tool in your learning"
        " environment."
    ),
    Detail.SCOPES_UNKNOWN: _("Mend the access first, then look again."),
    Detail.CLOCKS_DIFFER: _("Ask whoever runs each of the two to set its clock by a time server."),
    Detail.FRAME_NOT_SEEN: _("Open the tool from a course yourself, and look again."),
    OutboundReason.ADDRESS: _(
        "Compare the address with the one that your learning environment shows. If the learning environment is only"
        " reachable inside your own network, whoever runs this tool can allow that."
    ),
    OutboundReason.UNREACHABLE: _TRY_LATER,
    OutboundReason.CERTIFICATE: _ASK_HOST,
    OutboundReason.TOO_SLOW: _TRY_LATER,
    OutboundReason.TOO_LARGE: _CHECK_ADDRESS,
    OutboundReason.REDIRECTED: _CHECK_ADDRESS,
    OutboundReason.BAD_STATUS: _CHECK_ADDRESS,
    OutboundReason.NOT_JSON: _CHECK_ADDRESS,
    TokenReason.CLIENT_REFUSED: _(
        "Check in your learning environment that the tool is switched on, that its client ID is the one that this tool"
        " knows, and that the address of the keys of this tool is filled in."
    ),
    TokenReason.SCOPE_REFUSED: _(
        "People can come in without it. If you want it, switch on the services for this tool in your learning"
        " environment."
    ),
    TokenReason.REQUEST_REFUSED: _CHECK_ADDRESS,
    TokenReason.PLATFORM_FAILED: _TRY_LATER,
    TokenReason.ANSWER_MALFORMED: _CHECK_ADDRESS,
}

_SCOPES = {
    NAMES_AND_ROLES: _("who takes part in a course"),
    LINE_ITEM: _("making a column in the gradebook"),
    LINE_ITEM_READ: _("finding a column in the gradebook"),
    SCORE: _("telling the gradebook who is done"),
    NOTICES: _("a message when a course is copied"),
}


def words_for_finding(finding: Finding) -> CheckWords:
    """Return the words of a finding, in the language of the page."""
    advice = _ADVICE.get(finding.detail)
    return CheckWords(
        title=str(_TITLES[finding.what]),
        sentence=str(_SENTENCES[finding.detail]) % _shown(finding),
        advice="" if advice is None else str(advice),
    )


def _shown(finding: Finding) -> dict[str, Any]:
    values = dict(finding.values)
    if "at" in values:
        values["at"] = show_moment(values["at"])
    if "missing" in values:
        # A scope that we have no words for is called by the end of its address.
        values["missing"] = ", ".join(str(_SCOPES.get(scope, scope.rpartition("/")[2])) for scope in values["missing"])
    return values
