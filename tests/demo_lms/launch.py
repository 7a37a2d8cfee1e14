"""One launch on its way from the LMS to the tool."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.demo_lms.signing import Claims, SigningKey, sign_token

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey


@dataclass
class Launch:
    """One launch on its way to the tool, all of it open to change until it is sent.

    `form` holds the fields beside the token. An `id_token` put there by a knob goes out in place of the
    signed one, and a form with an `error` has no token at all. `payload` replaces the claims by a text that
    is to be signed as it stands. `repeat` asks the sender to send the same form twice.
    """

    claims: Claims
    header: Claims
    key: SigningKey
    form: dict[str, str]
    published: list[RSAPrivateKey]
    payload: str | None = None
    repeat: bool = False

    def token(self) -> str:
        """Sign what there is now."""
        payload = json.dumps(self.claims) if self.payload is None else self.payload
        return sign_token(payload, self.header, self.key)

    def fields(self) -> dict[str, str]:
        """Give the form to post to the tool."""
        if "id_token" in self.form or "error" in self.form:
            return dict(self.form)
        return {**self.form, "id_token": self.token()}
