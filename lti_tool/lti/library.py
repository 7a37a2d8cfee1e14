"""The LTI library, kept behind one door. Nothing else in the tool imports ``pylti1p3``.

Its launch classes accept replays and tokens without an expiry, and keep state in a cookie session, so we do not use
them; ``docs/decisions/0004`` says what we checked. Its message validators are a second opinion on what we verified.
"""

from __future__ import annotations

from typing import Any

from pylti1p3.exception import LtiException
from pylti1p3.message_validators.resource_message import ResourceMessageValidator

from lti_tool.lti.refusals import LaunchRefusedError, Reason

_RESOURCE_LINK = ResourceMessageValidator()


def second_opinion(body: dict[str, Any]) -> None:
    """Ask the library whether this resource link message is complete.

    :raises LaunchRefusedError: when the library finds fault with what we accepted.
    """
    try:
        accepted = _RESOURCE_LINK.can_validate(body) and _RESOURCE_LINK.validate(body)
    except LtiException:
        accepted = False
    if not accepted:
        raise LaunchRefusedError(Reason.CLAIM_MALFORMED)
