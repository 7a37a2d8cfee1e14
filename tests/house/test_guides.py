"""The guides for administrators: whatever code they can meet on a page, the guides say what to do."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

import pytest

from lti_tool.lti.dynamic_registration import RegistrationReason
from lti_tool.lti.invites import InviteReason
from lti_tool.lti.outbound import OutboundReason
from lti_tool.lti.refusals import LaunchRefusedError, Reason

DOCS = Path(__file__).parents[2] / "docs"
GUIDES = ("connect-moodle.md", "connect-canvas.md")
CODES = sorted({reason.value for reason in chain(Reason, InviteReason, RegistrationReason, OutboundReason)})
ROW = re.compile(r"^\| (?P<codes>`.+?) \| (?P<cause>.+?) \| (?P<advice>.+?) \|$", re.MULTILINE)


def rows(guide: str) -> dict[str, re.Match[str]]:
    text = (DOCS / guide).read_text(encoding="utf-8")
    return {code: row for row in ROW.finditer(text) for code in re.findall(r"`([a-z_]+)`", row["codes"])}


@pytest.mark.parametrize("guide", GUIDES)
def test_every_code_has_a_row_that_says_what_to_do(guide: str) -> None:
    assert [code for code in CODES if code not in rows(guide)] == []


@pytest.mark.parametrize("guide", GUIDES)
def test_row_of_a_launch_says_the_status_that_the_page_has(guide: str) -> None:
    text = (DOCS / guide).read_text(encoding="utf-8").partition("### At a registration")[0]
    wrong = []
    for reason in Reason:
        told = re.search(rf"^\|[^|]*`{reason.value}`[^(|]*\((\d{{3}})\)", text, re.MULTILINE)
        if told is None or int(told[1]) != LaunchRefusedError(reason).status:
            wrong.append(reason.value)

    assert wrong == []
