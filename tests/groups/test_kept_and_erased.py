"""What is kept of groups: encrypted anew with a newer master key, and an invitation erased when it has passed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from lti_tool.groups.agreements import propose_agreement, read_agreement
from lti_tool.groups.invitations import erase_past_visits, invite_teacher
from lti_tool.groups.models import Agreement, Product, Visit
from lti_tool.groups.policy import AgreementLine
from lti_tool.groups.products import give_feedback, read_product, save_product
from lti_tool.groups.sealed_texts import SealedTexts, UnreadableError
from lti_tool.kernel.erasing import erasers
from lti_tool.kernel.key_ring import KeyRing
from lti_tool.kernel.merging import mark
from lti_tool.kernel.resealing import resealers

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.clock import FrozenClock
    from tests.groups.conftest import Circle

OLD, NEW = ("old", b"o" * 32), ("new", b"n" * 32)
STEP = "abcdefgh"
LINES = (AgreementLine("We bellen af.", "call"), AgreementLine("Eigen regel."))


def fill(circle: Circle, texts: SealedTexts) -> None:
    with circle.database.session(writes=True) as session, session.begin():
        propose_agreement(session, texts, group_id=circle.group_id, lines=LINES, seen=0, today=date(2026, 11, 26))
        save_product(
            session, texts, group_id=circle.group_id, step_id=STEP, typed={"one": "Werk."}, seen={"one": mark("")}
        )
        give_feedback(session, texts, group_id=circle.group_id, step_id=STEP, text="Mooi gevraagd.")


def test_sto_2_group_texts_are_encrypted_again_with_a_newer_key(circle: Circle) -> None:
    fill(circle, SealedTexts(KeyRing([OLD])))
    both = KeyRing([NEW, OLD])

    with circle.database.session(writes=True) as session, session.begin():
        counts = {name: resealers()[name](session, both) for name in ("groups_agreement", "groups_product")}
    assert counts == {"groups_agreement": 1, "groups_product": 1}

    texts = SealedTexts(KeyRing([NEW]))
    with circle.database.session(writes=False) as session:
        agreement = read_agreement(session, texts, circle.group_id)
        product = read_product(session, texts, group_id=circle.group_id, step_id=STEP)
    assert agreement is not None
    assert agreement.lines == LINES
    assert (product.texts, product.feedback) == ({"one": "Werk."}, "Mooi gevraagd.")


def stored(session: Session) -> tuple[bytes, bytes]:
    return session.execute(select(Product.text)).scalar_one(), session.execute(select(Agreement.text)).scalar_one()


def test_text_that_no_key_opens_is_left_as_it_is_and_written_over_by_nobody(circle: Circle) -> None:
    fill(circle, SealedTexts(KeyRing([OLD])))
    texts = SealedTexts(KeyRing([NEW]))

    with circle.database.session(writes=True) as session, session.begin():
        before = stored(session)
        assert resealers()["groups_product"](session, KeyRing([NEW])) == 0
        assert resealers()["groups_agreement"](session, KeyRing([NEW])) == 0
        with pytest.raises(UnreadableError):
            save_product(session, texts, group_id=circle.group_id, step_id=STEP, typed={"one": "Nieuw."}, seen={})
        after = stored(session)
        agreement = read_agreement(session, texts, circle.group_id)

    assert after == before
    assert agreement is not None
    assert agreement.lines is None


def test_page_of_a_group_says_so_when_no_key_opens_its_agreements(circle: Circle) -> None:
    fill(circle, SealedTexts(KeyRing([OLD])))

    page = circle.visits["amina"].get("/group")

    assert page.status_code == 200
    assert "We bellen af." not in page.text
    assert 'data-action="accept"' not in page.text


def test_sto_1_what_is_sealed_for_one_group_opens_in_no_other() -> None:
    texts = SealedTexts(KeyRing([OLD]))

    assert texts.open_lines("other", texts.seal_lines("group", LINES)) is None
    assert texts.open_fields("group", "stepstep", texts.seal_fields("group", STEP, {"one": "x"})) is None
    assert texts.open_feedback("group", STEP, texts.seal_fields("group", STEP, {"one": "x"})) is None


def test_grp_2_a_past_invitation_is_erased(circle: Circle, clock: FrozenClock) -> None:
    circle.door.enter("teacher")
    with circle.database.session(writes=True) as session, session.begin():
        teacher = circle.teacher_id(session)
        invite_teacher(session, group_id=circle.group_id, membership_id=teacher, now=clock.now())

        assert "groups_visit" in erasers()
        assert erase_past_visits(session, clock.now()) == 0
        assert erase_past_visits(session, clock.now() + timedelta(hours=5)) == 1
        assert session.execute(select(Visit)).first() is None
