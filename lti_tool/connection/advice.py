"""What a refused launch means to the administrator, who can mend it, where the person in front of it could not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lti_tool.lti.refusals import Reason
from lti_tool.web.languages import lazy_gettext as _

if TYPE_CHECKING:
    from flask_babel import LazyString

_KEYS = _("The signature could not be checked. Compare the address of the keys, below, with the one in your settings.")
_NAMES = _(
    "The launch names another platform or another tool. Compare issuer and client id, below, with your settings."
)
_CLOCKS = _("The launch was too old or from the future. Look below whether the two clocks agree.")
_SHAPE = _("The launch lacks something, or holds something of the wrong kind. The name of it stands behind the code.")
_BROWSER = _("A browser kept neither our cookie nor anything else that proves whose it is. A new window helps.")
_PASSING = _("A page was loaded again, or a tab was open for long. That happens, and is no fault of the connection.")
_TARGET = _("The address of the launch in your settings is not the one that stands below.")

_ADVICE = {
    Reason.FOREIGN_TARGET: _TARGET,
    Reason.TARGET_DIFFERENT: _TARGET,
    Reason.NOT_A_LAUNCH: _SHAPE,
    Reason.PLATFORM_ERROR: _(
        "Your learning environment said that it could not sign somebody in. Its own log says why."
    ),
    Reason.STATE_INVALID: _(
        "Somebody came back from a login that this tool did not begin. Once is nothing to worry about."
    ),
    Reason.NONCE_DIFFERENT: _("The answer belonged to another login. Once is nothing to worry about."),
    Reason.DEPLOYMENT_WAITING: _(
        "A place that has not been let in asked to come in. It stands under “Waiting”, above."
    ),
    Reason.DEPLOYMENT_DIFFERENT: _(
        "Login and launch named two different places. Ask the maker of your learning environment."
    ),
    Reason.VERSION_REFUSED: _("The launch is not LTI 1.3. Look at the version in your settings."),
    Reason.MESSAGE_TYPE_REFUSED: _(
        "Your learning environment asked for something that this tool does not do, such as choosing content."
    ),
    Reason.TOKEN_LIVES_TOO_LONG: _(
        "Launches of your learning environment are valid for more than a day. Ask its maker."
    ),
    Reason.TOO_MANY: _(
        "Very many logins or launches in one minute. If it was no whole school, somebody may be trying something."
    ),
    **dict.fromkeys((Reason.STATE_EXPIRED, Reason.REPLAYED), _PASSING),
    **dict.fromkeys((Reason.COOKIE_MISSING, Reason.COOKIE_DIFFERENT, Reason.STORAGE_DIFFERENT), _BROWSER),
    **dict.fromkeys((Reason.ISSUER_DIFFERENT, Reason.AUDIENCE_DIFFERENT), _NAMES),
    **dict.fromkeys((Reason.TOKEN_EXPIRED, Reason.TOKEN_TOO_OLD, Reason.TOKEN_FROM_FUTURE), _CLOCKS),
    **dict.fromkeys((Reason.TOKEN_MALFORMED, Reason.CLAIM_MISSING, Reason.CLAIM_MALFORMED), _SHAPE),
    **dict.fromkeys(
        (
            Reason.KEY_ID_MISSING,
            Reason.KEY_UNKNOWN,
            Reason.KEYS_UNAVAILABLE,
            Reason.ALGORITHM_REFUSED,
            Reason.SIGNATURE_WRONG,
        ),
        _KEYS,
    ),
}


def advice_for(reason: Reason) -> LazyString:
    """Return the sentence for a reason. The few without one come before it is known whose connection it is."""
    return _ADVICE.get(reason, _SHAPE)
