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
        (_("An invite works once, and what was connected with it stays connected."), _NEW_INVITE),
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


_PRODUCTS = {
    "moodle": "Moodle",
    "totara": "Totara",
    "canvas": "Canvas",
    "desire2learn": "Brightspace",
    "d2l": "Brightspace",
    "brightspace": "Brightspace",
    "blackboardlearn": "Blackboard",
    "blackboard": "Blackboard",
    "sakai": "Sakai",
    "ilias": "ILIAS",
    "openolat": "OpenOlat",
}


def platform_name(family: str | None) -> str | None:
    """Return what people call a platform; its own word for one that we do not know."""
    return _PRODUCTS.get(family or "", family)


_CLOSE = _("Close this window, with the button below.")
_MOODLE = (
    _CLOSE,
    _("You are back at “Manage tools”. On the new card, press “Activate”. Until then the tool waits."),
    _(
        "Teachers do not find it in the activity chooser yet. Press the gear on the card, and under “Tool configuration"
        " usage” choose “Show in activity chooser and as a preconfigured tool”."
    ),
    _("Or leave that to teachers: in their course, under “More”, “LTI External tools”, each can switch it on."),
    _(
        "Under the same gear, at “Privacy”, choose whether the tool gets names. It never needs e-mail addresses, and"
        " works without names too."
    ),
)
_MOODLE_UPDATE = (
    _CLOSE,
    _(
        "Moodle has overwritten its own settings of the tool. Press the gear on the card, and look again at “Tool"
        " configuration usage” and “Privacy”."
    ),
)
_CANVAS = (
    _CLOSE,
    _("Canvas shows what the tool asks for. Leave “Privacy” at name only, or choose anonymous, and confirm."),
    _("Look under “Admin”, “Developer Keys”: the state of the new key must be “On”."),
    _(
        "If the app is not installed yet: “Admin”, “Settings”, “Apps”, “View App Configurations”, “+ App”,"
        " configuration type “By Client ID”, with the number that stands below."
    ),
    _("In a course: “Settings”, “Navigation”, move the learning line to the visible items, and save."),
)
_BRIGHTSPACE = (
    _CLOSE,
    _("Under “Admin Tools”, “Manage Extensibility”, “LTI Advantage”, open the new registration and enable it."),
    _(
        "There, make a deployment: choose the courses it is for, and tick that the tool gets the course, the role and,"
        " if you want, the name. Leave the e-mail address out."
    ),
    _("In the deployment, make a link of the kind “Basic launch”. Teachers add that link to their course."),
)
_OTHERS = (
    _CLOSE,
    _("Look in the list of tools of your learning environment: most want you to switch a new tool on."),
    _("Then add it to a course, as an activity or in the menu."),
)
_STEPS: dict[str, Sequence[LazyString]] = {
    "moodle": _MOODLE,
    "canvas": _CANVAS,
    "desire2learn": _BRIGHTSPACE,
    "d2l": _BRIGHTSPACE,
    "brightspace": _BRIGHTSPACE,
}


def next_steps(family: str | None, *, is_new: bool) -> Sequence[LazyString]:
    """Return what an administrator presses next in their own learning environment."""
    if family == "moodle" and not is_new:
        return _MOODLE_UPDATE
    return _STEPS.get(family or "", _OTHERS)
