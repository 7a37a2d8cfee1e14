"""What a refused login or launch says to the person in front of it."""

from __future__ import annotations

from lti_tool.lti.refusals import Reason
from lti_tool.web.errors import NOTHING_LOST, OPEN_AGAIN, Refusal
from lti_tool.web.languages import lazy_gettext as _

_TITLE = _("We could not let you in")
_TELL_TEACHER = _(
    "If it happens again, show this page to your teacher or to whoever looks after the learning environment."
)

_SETUP = (
    _("The learning environment and this tool do not agree on how they are connected. You cannot mend that yourself."),
    NOTHING_LOST,
    _TELL_TEACHER,
)
_TOO_OLD = (
    _("The link from your course was too old. That happens when a tab stays open for a long time."),
    NOTHING_LOST,
    OPEN_AGAIN,
)
_COOKIE = (
    _("Your browser did not keep the small file by which we know that it is still you."),
    _("Open the activity again from your course, in a new window if that is offered, or in another browser."),
    NOTHING_LOST,
)
_DAMAGED = (_("What your learning environment sent was incomplete or damaged."), OPEN_AGAIN, _TELL_TEACHER)

_WORDS = {
    Reason.STATE_EXPIRED: _TOO_OLD,
    Reason.TOKEN_EXPIRED: _TOO_OLD,
    Reason.TOKEN_TOO_OLD: _TOO_OLD,
    Reason.COOKIE_MISSING: _COOKIE,
    Reason.COOKIE_DIFFERENT: _COOKIE,
    Reason.STORAGE_DIFFERENT: _COOKIE,
    Reason.REPLAYED: (
        _("This link was used already. That happens when a page is loaded again, or after going back."),
        NOTHING_LOST,
        OPEN_AGAIN,
    ),
    Reason.NOT_A_LAUNCH: (_("This address only works when your learning environment opens it."), OPEN_AGAIN),
    Reason.PLATFORM_ERROR: (
        _("Your learning environment says that it could not sign you in here. You may have been logged out there."),
        _("Log in to your learning environment and open the activity again."),
    ),
    Reason.KEYS_UNAVAILABLE: (
        _("We could not ask your learning environment for its keys just now. Without them we let nobody in."),
        _("Wait a minute, and open the activity again from your course."),
        NOTHING_LOST,
    ),
    Reason.DEPLOYMENT_WAITING: (
        _("Your course is in a part of the learning environment that has not been let in here yet."),
        _("The administrator of your learning environment can do that. They can see that it is waiting."),
        NOTHING_LOST,
        _TELL_TEACHER,
    ),
    Reason.TOO_MANY: (
        _("A great many people are coming in at this moment, or the same link was opened very often."),
        _("Wait a minute, and open the activity again from your course."),
        NOTHING_LOST,
    ),
    Reason.MESSAGE_TYPE_REFUSED: (
        _("Your learning environment asked for something that this tool does not do."),
        NOTHING_LOST,
        _TELL_TEACHER,
    ),
} | dict.fromkeys(
    (
        Reason.LOGIN_INCOMPLETE,
        Reason.LOGIN_MALFORMED,
        Reason.TOKEN_MALFORMED,
        Reason.CLAIM_MISSING,
        Reason.CLAIM_MALFORMED,
        Reason.STATE_INVALID,
    ),
    _DAMAGED,
)


def words_for(reason: Reason) -> Refusal:
    """Return the words of a refusal. Most reasons are about the connection, which only an administrator can mend."""
    return Refusal(reason.value, _TITLE, _WORDS.get(reason, _SETUP))
