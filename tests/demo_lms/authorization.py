"""Reads an authorization request as strictly as a platform should (LTI Security Framework, section 5.1.1.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.demo_lms.tools import RegisteredTool


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an authorization request: `wanted` is a value, or the name of a word for it."""

    name: str
    wanted: str
    got: str


def find_problems(asked: Mapping[str, str], tool: RegisteredTool) -> list[Problem]:
    """Say how an authorization request differs from what the standard and the registration want."""
    registered = asked.get("redirect_uri") if asked.get("redirect_uri") in tool.redirect_uris else tool.redirect_uris[0]
    wanted = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": tool.client_id,
        "redirect_uri": str(registered),
    }
    problems = [Problem(name, it, asked.get(name, "")) for name, it in wanted.items() if asked.get(name, "") != it]
    return problems + [Problem(name, "any_value", "") for name in ("state", "nonce") if not asked.get(name)]
