"""What an administrator of the demo LMS sees: registering a tool, activating it, new signing keys, a wrong clock."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from flask import abort, redirect, render_template, request, url_for

from tests.demo_lms.choice import UnknownChoiceError
from tests.demo_lms.configuration import CONFIGURATION_FAULTS
from tests.demo_lms.registration import REGISTRATION_FAULTS, Registrar
from tests.demo_lms.tools import FAMILIES, MOODLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.typing import ResponseReturnValue

    from tests.demo_lms.platform import Platform

CONTAINERS = ("frame", "popup")


class AdminPages:
    """The pages under `/admin`. Everybody may be administrator here: it is a demo, on its own machine."""

    def __init__(self, platform: Platform, registrar: Registrar, clock: Callable[[], float]) -> None:
        """Take what the pages change."""
        self.platform = platform
        self.registrar = registrar
        self.clock = clock

    def add_to(self, app: Flask) -> None:
        """Give the pages their addresses."""
        app.add_url_rule("/admin", view_func=self.admin)
        app.add_url_rule("/admin/register", view_func=self.start_registration)
        for name in ("activate", "rotate", "clock"):
            action = getattr(self, f"change_{name}")
            app.add_url_rule(f"/admin/{name}", endpoint=f"admin_{name}", view_func=action, methods=["POST"])

    def admin(self) -> str:
        """Show the tools, and the form to register one."""
        return render_template(
            "admin.html",
            tools=list(self.registrar.tools.values()),
            updatable=[tool for tool in self.registrar.tools.values() if tool.family == MOODLE],
            families=FAMILIES,
            configuration_faults=CONFIGURATION_FAULTS,
            registration_faults=REGISTRATION_FAULTS,
            kid=self.platform.kid,
            published=len(self.platform.published),
            clock_skew=self.platform.clock_skew,
        )

    def start_registration(self) -> ResponseReturnValue:
        """Open the tool's registration page, in a frame of the next page or in the whole window of a popup."""
        container = request.args.get("container", "frame")
        if container not in CONTAINERS:
            raise UnknownChoiceError
        address = self._registration_address()
        return redirect(address) if container == "popup" else render_template("register.html", address=address)

    def _registration_address(self) -> str:
        """Give the tool's address with what it needs to register; raises UnknownChoiceError for one that cannot be."""
        address, tool = request.args.get("url", "").strip(), request.args.get("tool", "")
        family = request.args.get("family", MOODLE)
        known = self.registrar.tools.get(tool)
        is_web = urlsplit(address).scheme in ("http", "https")
        if not is_web or family not in FAMILIES or (tool and (known is None or known.family != MOODLE)):
            raise UnknownChoiceError
        if known is not None:
            family, token = known.family, self.registrar.issue_update_token(tool, self.clock())
        else:
            token = self.registrar.issue_token(family, self.clock())
        configuration = url_for(
            "configuration",
            family=family,
            fault=request.args.get("configuration_fault") or None,
            registration_fault=request.args.get("registration_fault") or None,
        )
        asked = {"openid_configuration": self.platform.issuer + configuration, "registration_token": token}
        return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(asked)}"

    def change_activate(self) -> ResponseReturnValue:
        """Let a registered tool be launched."""
        _refuse_strangers()
        try:
            self.registrar.activate(request.form.get("client_id", ""))
        except LookupError as error:
            raise UnknownChoiceError from error
        return _back()

    def change_rotate(self) -> ResponseReturnValue:
        """Sign with a new key; with `keep` at no the old ones leave the key set at once."""
        _refuse_strangers()
        self.platform.rotate(keep_old=request.form.get("keep") != "no")
        return _back()

    def change_clock(self) -> ResponseReturnValue:
        """Let the dates of the answers be wrong by `skew` seconds."""
        _refuse_strangers()
        try:
            self.platform.clock_skew = float(int(request.form.get("skew", "")))
        except ValueError as error:
            raise UnknownChoiceError from error
        return _back()


def _back() -> ResponseReturnValue:
    return redirect(url_for("admin", lang=request.form.get("lang")), HTTPStatus.SEE_OTHER)


def _refuse_strangers() -> None:
    """Take no orders from pages of other sites."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(HTTPStatus.FORBIDDEN)
