"""What the demo LMS has for machines: keys, tokens, its configuration, registration, and the ways these can fail."""

from __future__ import annotations

import json
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Response, redirect, request, url_for

from tests.demo_lms.choice import UnknownChoiceError
from tests.demo_lms.configuration import CONFIGURATION_FAULTS, describe_platform, spoil_configuration
from tests.demo_lms.registration import REGISTRATION_FAULTS, Registrar, RegistrationError
from tests.demo_lms.tokens import TokenEndpoint, TokenError
from tests.demo_lms.tools import CANVAS, FAMILIES, MEMBERSHIP_READ, MOODLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from flask.typing import ResponseReturnValue

    from tests.demo_lms.platform import Platform

DRIPS = 240
DRIP_SECONDS = 0.5
"""A slow answer comes in so many bytes, with so much time between them: two minutes in all."""

A_PAGE = "<!doctype html><title>Hogeschool Voorbeeld</title><h1>Hogeschool Voorbeeld</h1>"
REFUSALS = {"400": "invalid_redirect_uris", "401": "token_already_used"}


class Endpoints:
    """The addresses that tools call."""

    def __init__(
        self, platform: Platform, registrar: Registrar, tokens: TokenEndpoint, clock: Callable[[], float]
    ) -> None:
        """Take the parts that do the work."""
        self.platform = platform
        self.registrar = registrar
        self.tokens = tokens
        self.clock = clock

    def add_to(self, app: Flask) -> None:
        """Give the endpoints their addresses."""
        app.add_url_rule("/openid-configuration", view_func=self.configuration)
        app.add_url_rule("/register", view_func=self.register, methods=["POST"])
        app.add_url_rule("/token", view_func=self.token, methods=["POST"])
        app.add_url_rule("/jwks.json", view_func=self.jwks)
        app.add_url_rule("/health", view_func=self.health)

    def configuration(self) -> ResponseReturnValue:
        """Describe the platform, in one of the ways that `fault` names; Canvas does so only for who has a token."""
        family = _one_of("family", FAMILIES) or MOODLE
        fault = _one_of("fault", CONFIGURATION_FAULTS)
        if family == CANVAS:
            try:
                self.registrar.check_token(_bearer(), self.clock())
            except RegistrationError as error:
                return _refuse(error, family)
        endpoint = url_for("register", fault=_one_of("registration_fault", REGISTRATION_FAULTS) or None)
        configuration = describe_platform(self.platform, family, self.platform.issuer + endpoint)
        text = json.dumps(spoil_configuration(configuration, fault))
        if fault == "redirect":
            others: dict[str, Any] = {name: value for name, value in request.args.items() if name != "fault"}
            return redirect(url_for("configuration", **others))
        if fault == "html":
            return A_PAGE
        if fault == "slow":
            return Response(_drip(text), mimetype="application/json")
        return Response(text[: len(text) // 2] if fault == "not_json" else text, mimetype="application/json")

    def register(self) -> ResponseReturnValue:
        """Register a tool, or fail it in the way that `fault` names."""
        fault = _one_of("fault", REGISTRATION_FAULTS)
        if fault == "500":
            return A_PAGE, HTTPStatus.INTERNAL_SERVER_ERROR
        if fault == "slow":
            return Response(_drip(" " * DRIPS), mimetype="application/json")
        family = MOODLE
        try:
            family = self.registrar.check_token(_bearer(), self.clock()).family
            _fail(fault)
            answer = self.registrar.register(
                _bearer(),
                request.get_json(force=True, silent=True),
                self.clock(),
                grant=MEMBERSHIP_READ.__eq__ if fault == "fewer_scopes" else bool,
            )
        except RegistrationError as error:
            return _refuse(error, family)
        if fault == "no_client_id":
            del answer["client_id"]
        return answer

    def token(self) -> ResponseReturnValue:
        """Give an access token (RFC 6749 section 5)."""
        try:
            return self.tokens.grant(request.form, self.clock())
        except TokenError as error:
            return error.answer(), error.status

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """Publish the public keys."""
        return self.platform.jwks()

    def health(self) -> dict[str, str]:
        """Say that the LMS is there."""
        return {"status": "ok"}


def _one_of(name: str, allowed: tuple[str, ...]) -> str:
    """Read a word of the query, "" when it is not there; raises UnknownChoiceError for another."""
    value = request.args.get(name, "")
    if value and value not in allowed:
        raise UnknownChoiceError
    return value


def _fail(fault: str) -> None:
    if fault in REFUSALS:
        raise RegistrationError(int(fault), REFUSALS[fault])


def _bearer() -> str | None:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind == "Bearer" else None


def _refuse(error: RegistrationError, family: str) -> ResponseReturnValue:
    """Say no as the platform does: Moodle in one bare word, Canvas in the JSON of RFC 7591 section 3.2.2."""
    if family == CANVAS:
        code = "invalid_token" if error.status == HTTPStatus.UNAUTHORIZED else "invalid_client_metadata"
        return {"error": code, "error_description": error.code}, error.status
    return Response(error.code, error.status, mimetype="text/html")


def _drip(text: str) -> Iterator[str]:
    """Give a text so slowly that no caller should wait for it."""
    for character in text[:DRIPS]:
        yield character
        time.sleep(DRIP_SECONDS)
