"""What the pages for connecting a learning environment say: why not, what for, and what to press next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lti_tool.lti.dynamic_registration import RegistrationReason
from lti_tool.lti.invites import InviteReason
from lti_tool.lti.outbound import OutboundReason
from lti_tool.lti.tool_configuration import LINE_ITEM, NAMES_AND_ROLES, NOTICES, SCORE
from lti_tool.web.errors import Refusal
from lti_tool.web.languages import lazy_gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask_babel import LazyString

_NEW_INVITE = _("Ask whoever runs this tool for a new invite.")
_UNTOUCHED = _("Nothing was changed, and the invite can still be used.")
_AGAIN = _("Close this page and begin again in your learning environment, with the same address.")
_SETTINGS = _("This is in the settings of the learning environment. Show this page to whoever looks after it.")
_LOOK_THERE = _("Look in the list of tools of your learning environment. Remove the new one if it is there.")

_CANNOT_READ = (
    _("We cannot read what your learning environment says of itself"),
    (
        _("We asked it for its configuration, and what came back is incomplete or something else altogether."),
        _SETTINGS,
        _UNTOUCHED,
    ),
)
_NOT_KNOWN_WHETHER = (
    _("We do not know whether it worked"),
    (
        _("Your learning environment was asked, but its answer did not reach us complete. It may have made a tool."),
        _LOOK_THERE,
        _AGAIN,
    ),
)

_WORDS: dict[InviteReason | RegistrationReason | OutboundReason, tuple[LazyString, Sequence[LazyString]]] = {
    InviteReason.UNKNOWN: (
        _("We do not know this invite"),
        (_("The address is not complete, or the invite is older than a month."), _NEW_INVITE),
    ),
    InviteReason.EXPIRED: (_("This invite is too old"), (_("An invite can be used for some days."), _NEW_INVITE)),
    InviteReason.USED: (
        _("This invite was used already"),
        (
            _("An invite works once, and what was connected with it stays connected."),
            _("For the page of the connection, ask whoever runs this tool for a new address of it."),
            _("To connect another learning environment, ask for a new invite."),
        ),
    ),
    RegistrationReason.INVITE_BUSY: (
        _("This invite is in use at this moment"),
        (
            _("Somebody pressed a moment ago, perhaps in another window. Look there first."),
            _("If nothing came of it, begin again in two minutes."),
        ),
    ),
    RegistrationReason.REQUEST_MALFORMED: (
        _("We cannot read what your learning environment sent"),
        (_("What it adds to the address of this page is incomplete or damaged."), _AGAIN, _UNTOUCHED),
    ),
    OutboundReason.ADDRESS: (
        _("We may not call this address"),
        (
            _("We call learning environments at public addresses that begin with https, and at no others."),
            _(
                "Does yours stand on the network of the school alone? Then whoever runs this tool can allow its name,"
                " with the setting RUGZAK_PRIVATE_PLATFORM_HOSTS."
            ),
            _UNTOUCHED,
        ),
    ),
    RegistrationReason.ENDPOINT_NOT_ALLOWED: (
        _("Your learning environment has an address that we may not use"),
        (_("One of the addresses in its configuration does not begin with https."), _SETTINGS, _UNTOUCHED),
    ),
    OutboundReason.UNREACHABLE: (
        _("Your learning environment does not answer us"),
        (
            _("We called it, and nobody answered. A firewall may be in between, or its name is not known to us."),
            _AGAIN,
            _UNTOUCHED,
        ),
    ),
    OutboundReason.CERTIFICATE: (
        _("We cannot trust the certificate of your learning environment"),
        (
            _("It is not valid, too old, or not complete. Browsers often mend that by themselves; we do not."),
            _SETTINGS,
            _UNTOUCHED,
        ),
    ),
    OutboundReason.TOO_SLOW: (
        _("Your learning environment took too long"),
        (_("We wait five seconds for an answer."), _AGAIN, _UNTOUCHED),
    ),
    OutboundReason.REDIRECTED: (
        _("Your learning environment sent us on to another address"),
        (
            _(
                "We do not follow that. Its own address in its settings may differ from the real one, for example in"
                " “www” or in “http”."
            ),
            _SETTINGS,
            _UNTOUCHED,
        ),
    ),
    RegistrationReason.ISSUER_DIFFERENT: (
        _("This configuration is about another learning environment"),
        (
            _("It names another site than the one that it stands on. We believe only what a site says of itself."),
            _SETTINGS,
            _UNTOUCHED,
        ),
    ),
    RegistrationReason.NOT_SUPPORTED: (
        _("Your learning environment lacks something that we need"),
        (_("It says that it cannot sign in the way that LTI 1.3 asks for."), _SETTINGS, _UNTOUCHED),
    ),
    RegistrationReason.TOKEN_REFUSED: (
        _("Your learning environment does not let us in any more"),
        (_("What it gave us for this works once, and for an hour."), _AGAIN, _UNTOUCHED),
    ),
    RegistrationReason.PLATFORM_REFUSED: (
        _("Your learning environment refused"),
        (_("It read what we asked for, and does not want to register the tool so."), _SETTINGS, _UNTOUCHED),
    ),
    RegistrationReason.PLATFORM_BROKEN: (
        _("Something went wrong in your learning environment"),
        (_("It answered with a fault of its own."), _LOOK_THERE, _AGAIN),
    ),
    RegistrationReason.OTHER_PLATFORM: (
        _("This invite is for another learning environment"),
        (
            _("It brings one connection up to date, and that one is with another learning environment than yours."),
            _("Ask whoever runs this tool for an invite for a new connection."),
            _UNTOUCHED,
        ),
    ),
    RegistrationReason.KNOWN_ALREADY: (
        _("This connection is there already"),
        (
            _(
                "Your learning environment brought an earlier tool up to date. This invite is for a new connection, so"
                " here nothing was changed."
            ),
            _("Ask whoever runs this tool for an invite for the connection that you have, and begin again."),
        ),
    ),
    RegistrationReason.OTHER_CLIENT: (
        _("Your learning environment made a new tool"),
        (
            _("This invite brings a connection up to date that is there already. Here nothing was changed."),
            _("Remove the new tool there. Then begin again, and choose to update the tool that you have."),
            _("Or ask whoever runs this tool for an invite for a new connection."),
        ),
    ),
    **dict.fromkeys((RegistrationReason.ANSWER_INCOMPLETE, RegistrationReason.ANSWER_LOST), _NOT_KNOWN_WHETHER),
    **dict.fromkeys(
        (
            RegistrationReason.CONFIGURATION_REFUSED,
            RegistrationReason.CONFIGURATION_INCOMPLETE,
            OutboundReason.NOT_JSON,
            OutboundReason.TOO_LARGE,
            OutboundReason.BAD_STATUS,
        ),
        _CANNOT_READ,
    ),
}


def refusal_words(reason: InviteReason | RegistrationReason | OutboundReason) -> Refusal:
    """Return the words of a registration that did not come about."""
    title, paragraphs = _WORDS[reason]
    return Refusal(reason.value, title, paragraphs)


@dataclass(frozen=True)
class Service:
    """Something that we ask of a platform beyond signing people in."""

    scopes: tuple[str, ...]
    what: LazyString
    why: LazyString
    without: LazyString


_SERVICES = (
    Service(
        (NAMES_AND_ROLES,),
        _("Who takes part in a course"),
        _("so that a teacher can make small groups before everybody has been here."),
        _("A teacher then sees a student once that student has opened the learning line."),
    ),
    Service(
        (LINE_ITEM, SCORE),
        _("A column in the gradebook"),
        _("where a teacher wants one. It says done or not done, and nothing more."),
        _("The gradebook then stays as it is. All else works."),
    ),
    Service(
        (NOTICES,),
        _("A message when a course is copied"),
        _("so that a copied course keeps its settings."),
        _("A teacher then sets up a copied course by hand. Not every learning environment sends these messages."),
    ),
)


@dataclass(frozen=True)
class ServiceStatus:
    """A service, and whether we have it."""

    service: Service
    is_there: bool


def services_asked(scopes: Sequence[str]) -> list[ServiceStatus]:
    """Return the services, and whether this platform offers them."""
    return [ServiceStatus(service, set(service.scopes) <= set(scopes)) for service in _SERVICES]


def services_granted(asked: Sequence[str], granted: Sequence[str]) -> list[ServiceStatus]:
    """Return the services, and whether the platform granted what was asked."""
    there = set(asked) & set(granted)
    return services_asked(tuple(there))
