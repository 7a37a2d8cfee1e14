"""One log line for each request: which route, which answer, nothing that could tell who or what (LOG-3).

The route is the template (``/s/<token>/step/<step_id>``), never the address. There is no size, no duration, no address
of the visitor and no id of a person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, request

from lti_tool.kernel.ids import new_id
from lti_tool.kernel.log import log

if TYPE_CHECKING:
    from flask import Flask, Response

    from lti_tool.web.access import AccessRule


def install_access_log(app: Flask) -> None:
    """Log every request but those whose rule says that they are not."""

    @app.before_request
    def name_request() -> None:
        g.request_id = new_id()

    @app.after_request
    def log_request(response: Response) -> Response:
        rule: AccessRule | None = g.get("access_rule")
        if rule is None or rule.is_logged:
            log.info(
                "web:request:answered",
                request_id=g.get("request_id"),
                method=request.method,
                route=request.url_rule.rule if request.url_rule else "none",
                status=response.status_code,
                reason=g.get("refusal_code"),
                reference=g.get("refusal_reference"),
            )
        return response
