"""Sharing a note with exactly these people, and taking it back: SHR-1 to SHR-14, through the pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import OperationalError

from lti_tool.curriculum.models import CourseClass
from lti_tool.groups.agreements import take_acceptance_back
from lti_tool.groups.circle import set_aside, take_out_member
from lti_tool.groups.sets import create_set, use_set
from lti_tool.kernel.merging import mark
from lti_tool.notes.service import read_shared_text, save_notes, sealed_notes
from lti_tool.notes.views import shared_page
from lti_tool.people.models import CourseContext
from lti_tool.sharing.models import Consent, Reader, Share
from lti_tool.sharing.policy import Pause
from tests.demo_lms.people import INSTRUCTOR, TEST_USER
from tests.notes.conftest import PROMPT, STEP, TEACHER, TEXT, Ring, join

if TYPE_CHECKING:
    from tests.demo_lms.knobs import Launch

OTHERS = ("bram", "nameless", "esra")
CHANGED = "Dit was niet voor hen bedoeld."


def test_shr_1_a_note_is_nobody_elses_and_no_control_is_ticked(ring: Ring) -> None:
    ring.write("amina")

    page = ring.visits["amina"].get(f"/notes/{ring.note_of('amina')}/share").text

    assert not any(ring.listed(person) for person in (*OTHERS, TEACHER))
    assert "checked" not in page
    assert "selected" not in page


def test_shr_2_the_list_is_frozen_and_is_the_list_that_was_shown(ring: Ring) -> None:
    ring.write("amina")
    page = ring.visits["amina"].post(f"/notes/{ring.note_of('amina')}/share", {"audience": "group"})
    names = re.search(r"data-names>([^<]*)<", page.text)

    ring.share("amina")

    assert names is not None
    assert "Bram de Wit" in names[1]
    assert "Esra Çelik" in names[1]
    assert ring.readers() == {ring.id_of(person) for person in OTHERS}


def test_shr_2_choosing_shares_nothing_before_the_press_that_names_them(ring: Ring) -> None:
    ring.write("amina")

    for audience in ("group", "members", "teacher"):
        ring.visits["amina"].post(f"/notes/{ring.note_of('amina')}/share", {"audience": audience})

    assert ring.share_id() is None


def test_shr_2_nobody_is_shared_with_when_the_group_changed_since_the_names_were_shown(ring: Ring) -> None:
    ring.write("amina")
    note_id = ring.note_of("amina")
    page = ring.visits["amina"].post(f"/notes/{note_id}/share", {"audience": "group"}).text
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    assert seen is not None
    join(ring, "kwame")
    ring.agree(*ring.circle.visits)

    answer = ring.visits["amina"].post(f"/notes/{note_id}/share/confirm", {"audience": "group", "seen": seen[1]})

    assert answer.status_code == 409
    assert ring.share_id() is None


def test_shr_2_nothing_is_shared_when_the_text_changed_since_it_was_shown(ring: Ring) -> None:
    """Another window, still open on the step, saves by itself."""
    ring.write("amina")
    visit, note_id = ring.visits["amina"], ring.note_of("amina")
    page = visit.post(f"/notes/{note_id}/share", {"audience": "group"}).text
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    assert seen is not None
    ring.write("amina", CHANGED, by_script="yes")

    answer = visit.post(f"/notes/{note_id}/share/confirm", {"audience": "group", "seen": seen[1]})

    assert answer.status_code == 409
    assert CHANGED in answer.text, "the page shows the text as it is now"
    assert ring.share_id() is None


@pytest.mark.one_database
def test_shr_2_each_audience_has_a_form_of_its_own(ring: Ring) -> None:
    """The Enter key presses the first button of a form: it must not be the one for more people."""
    ring.write("amina")

    page = ring.visits["amina"].get(f"/notes/{ring.note_of('amina')}/share").text

    forms = [form for form in re.findall(r"<form.*?</form>", page, re.DOTALL) if 'name="audience"' in form]
    assert [re.findall(r'name="audience" value="(\w+)"', form) for form in forms] == [
        ["group"],
        ["members"],
        ["teacher"],
    ]
    assert ['name="member"' in form for form in forms] == [False, True, False]
    assert ['name="teacher"' in form for form in forms] == [False, False, True]


@pytest.mark.one_database
@pytest.mark.parametrize(("audience", "place"), [("members", "#member-1"), ("teacher", "#teacher-1"), ("", "")])
def test_choosing_nobody_says_so_and_leads_to_the_field(ring: Ring, audience: str, place: str) -> None:
    ring.write("amina")

    answer = ring.visits["amina"].post(f"/notes/{ring.note_of('amina')}/share", {"audience": audience})

    assert answer.status_code == 422
    assert "data-errors" in answer.text
    assert f'href="{place}"' in answer.text if place else 'href="#member' not in answer.text


@pytest.mark.one_database
def test_sto_12_sharing_without_a_yes_to_the_words_of_today_leads_to_them(ring: Ring) -> None:
    ring.write("amina")
    with ring.tools.database.session(writes=True) as session, session.begin():
        session.execute(update(Consent).values(version=0))

    answer = ring.visits["amina"].get(f"/notes/{ring.note_of('amina')}/share")

    assert answer.headers["Location"].endswith(f"/consent/{STEP}")


@pytest.mark.parametrize("audience", ["course", "public", "link", "everyone", "observer", ""])
def test_shr_3_there_is_no_other_audience(ring: Ring, audience: str) -> None:
    ring.write("amina")
    note_id = ring.note_of("amina")

    chosen = ring.visits["amina"].post(f"/notes/{note_id}/share", {"audience": audience})
    pressed = ring.visits["amina"].post(f"/notes/{note_id}/share/confirm", {"audience": audience, "seen": ""})

    assert (chosen.status_code, pressed.status_code) == (422, 409)
    assert ring.share_id() is None


def test_shr_3_somebody_of_the_group_reads_and_the_others_do_not(ring: Ring) -> None:
    ring.write("amina")

    ring.share("amina", "members", "bram")

    assert {person for person in (*OTHERS, TEACHER) if ring.reads(person)} == {"bram"}


def test_shr_3_nobody_from_outside_the_group_can_be_chosen(ring: Ring) -> None:
    ring.write("amina")
    join(ring, "kwame", number=2)

    assert ring.share("amina", "members", "kwame").status_code == 422
    assert ring.share("amina", "members", TEACHER).status_code == 422
    assert ring.share("amina", "teacher", "bram").status_code == 422
    assert ring.share_id() is None


def test_group_reads_what_is_shared_with_it(shared: Ring) -> None:
    assert {person for person in (*OTHERS, TEACHER) if shared.reads(person)} == set(OTHERS)


def test_shr_4_join_pauses_at_once_for_everybody_and_before_the_newcomers_first_page(shared: Ring) -> None:
    join(shared, "kwame")

    assert shared.pause() == Pause.NEWCOMER
    assert not any(shared.reads(person) for person in (*OTHERS, "kwame", TEACHER))
    assert 'data-status="paused"' in shared.visits["amina"].get(f"/step/{STEP}").text


def test_shr_4_swap_takes_sight_from_the_mover_and_pauses_for_the_group_that_gains(shared: Ring) -> None:
    """One student moves to another group: gone for the mover, and paused for the group that gained somebody."""
    join(shared, "kwame", number=2)
    share_of_first = shared.share_id()

    shared.circle.place("bram", number=2)

    assert shared.pause() is None
    assert not shared.reads("bram", share_of_first)
    assert shared.reads("esra", share_of_first)
    shared.circle.place("bram", number=1)
    assert shared.pause() == Pause.NEWCOMER
    assert not shared.reads("esra", share_of_first)
    assert not shared.reads("bram", share_of_first)


def test_shr_4_author_who_moves_takes_the_share_along_and_nobody_reads_it(shared: Ring) -> None:
    shared.circle.place("amina", number=2)

    assert shared.pause() == Pause.LEFT
    assert not any(shared.reads(person) for person in OTHERS)


def test_shr_4_newcomer_does_not_touch_what_is_shared_with_chosen_members(ring: Ring) -> None:
    ring.write("amina")
    ring.share("amina", "members", "bram")

    join(ring, "kwame")
    ring.agree(*ring.circle.visits)
    accept_again(ring)

    assert ring.pause() is None
    assert ring.reads("bram")
    assert not ring.reads("kwame")


def accept_again(ring: Ring) -> None:
    for visit in ring.circle.visits.values():
        visit.post("/group/agreements/accept", {"version": "1"})


def test_shr_4_change_of_teacher_pauses_only_what_names_that_teacher(ring: Ring) -> None:
    ring.write("amina")
    ring.share("amina", "teacher", TEACHER)
    share_id = ring.share_id()
    ring.consent("bram")
    ring.write("bram")
    ring.share("bram")
    assert ring.reads(TEACHER, share_id)

    enter_as(ring, TEACHER, "http://purl.imsglobal.org/vocab/lis/v2/membership#Mentor")

    with ring.tools.database.session(writes=False) as session:
        pauses = {row.audience: row.pause for row in session.execute(select(Share.audience, Share.pause))}
    assert pauses == {"teacher": Pause.TEACHER, "group": None}
    assert ring.visits[TEACHER].post(f"/shared/{share_id}", {}).status_code == 404


def enter_as(ring: Ring, person: str, *roles: str) -> None:
    """Let somebody come in with other roles; their visit of before goes on."""

    def change(launch: Launch) -> None:
        launch.claims["https://purl.imsglobal.org/spec/lti/claim/roles"] = list(roles)

    ring.circle.door.enter(person, spoil=change)


def test_ops_6_older_visit_of_a_teacher_opens_nothing_once_they_teach_no_more(ring: Ring) -> None:
    ring.write("amina")
    ring.share("amina", "teacher", TEACHER)
    enter_as(ring, TEACHER, "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner")

    assert ring.open(TEACHER).status_code == 404


@pytest.mark.parametrize("roles", [(INSTRUCTOR,), ("http://purl.imsglobal.org/vocab/lis/v2/membership#Mentor",)])
def test_sto_10_author_who_is_no_student_any_more_shares_nothing_until_renewed(
    shared: Ring, roles: tuple[str, ...]
) -> None:
    enter_as(shared, "amina", *roles)
    assert shared.pause() == Pause.AWAY
    enter_as(shared, "amina", "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner")

    assert shared.pause() == Pause.AWAY
    assert not any(shared.reads(person) for person in OTHERS)


def test_shr_4_somebody_who_becomes_a_student_again_is_new_in_the_group(shared: Ring) -> None:
    enter_as(shared, "bram", INSTRUCTOR)
    assert shared.pause() is None
    assert shared.reads("esra")

    enter_as(shared, "bram", "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner")

    assert shared.pause() == Pause.NEWCOMER
    assert not shared.reads("bram")
    assert not shared.reads("esra")


def test_teacher_who_looks_as_a_student_reads_nothing(shared: Ring) -> None:
    enter_as(shared, "bram", "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner", TEST_USER)

    assert not shared.reads("bram")


def test_shr_5_doing_nothing_keeps_it_paused(shared: Ring) -> None:
    join(shared, "kwame")
    take_out(shared, "kwame")
    accept_again(shared)

    shared.clock.move(days=8)

    assert shared.pause() == Pause.NEWCOMER
    shared.visits = {person: shared.circle.door.enter(person) for person in ("bram", "esra")}
    assert not any(shared.reads(person) for person in ("bram", "esra"))


def take_out(ring: Ring, person: str) -> None:
    with ring.tools.database.session(writes=True) as session, session.begin():
        take_out_member(session, set_id=ring.circle.set_id, membership_id=ring.id_of(person))


def test_shr_5_author_renews_with_old_and_new_names_before_them(shared: Ring) -> None:
    join(shared, "kwame")
    page = shared.visits["amina"].get(f"/notes/{shared.note_of('amina')}/share").text
    before = re.search(r"data-before>([^<]*)<", page)
    now = re.search(r"data-now-in-group>([^<]*)<", page)
    assert before is not None
    assert now is not None
    assert "Kwame" not in before[1]
    assert "Kwame" in now[1]

    assert shared.share("amina").status_code == 422
    accept_again(shared)
    assert shared.share("amina").status_code == 303

    assert {person for person in (*OTHERS, "kwame") if shared.reads(person)} == {*OTHERS, "kwame"}


def test_shr_6_who_left_finds_nothing_also_on_an_open_page(shared: Ring) -> None:
    share_id = shared.share_id()
    assert shared.reads("bram")

    take_out(shared, "bram")

    assert shared.open("bram", share_id).status_code == 404
    assert not shared.listed("bram")
    assert shared.reads("esra", share_id)


def test_shr_7_one_press_takes_it_back_and_nothing_is_left(shared: Ring) -> None:
    share_id = shared.share_id()
    never = shared.visits["bram"].get("/shared").text
    shared.visits["amina"].post(f"/notes/step/{STEP}", {"withdraw": shared.note_of("amina") or ""})

    assert shared.share_id() is None
    assert shared.readers() == set()
    assert not shared.listed("bram")
    assert shared.open("bram", share_id).status_code == 404
    assert never != shared.visits["bram"].get("/shared").text


def test_shr_7_taking_back_works_while_the_key_store_is_away(shared: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    share_id, note_id = shared.share_id(), shared.note_of("amina")
    away_keys(shared, monkeypatch)

    answer = shared.visits["amina"].post(f"/notes/{note_id}/withdraw", {})

    assert answer.status_code == 303
    assert shared.share_id() is None
    monkeypatch.undo()
    assert shared.open("bram", share_id).status_code == 404


def away_keys(ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the key store not answer."""

    def fail(**_kwargs: object) -> None:
        raise OperationalError("", None, Exception())

    monkeypatch.setattr(ring.tools.key_store.database, "session", fail)


def test_shr_7_page_of_a_reader_looks_as_if_it_had_never_been_there(ring: Ring) -> None:
    before = same(ring.visits["bram"].get("/shared").text)
    ring.write("amina")
    ring.share("amina")

    ring.visits["amina"].post(f"/notes/{ring.note_of('amina')}/withdraw", {})

    assert same(ring.visits["bram"].get("/shared").text) == before


def same(page: str) -> str:
    """Take out of a page what differs at every visit, and from one minute to the next."""
    return re.sub(
        r'name="form_token" value="[^"]*"|/s/[\w-]{43}|data-(?:idle|end)="\d+"|<strong class="code">[^<]*|[a-z2-7]{26}',
        "",
        page,
    )


def test_shr_8_pages_of_sharing_count_and_list_nobody(shared: Ring) -> None:
    """A reader finds who shares with them. Nobody is named who does not, and nothing says how many do."""
    shared.reads("bram")
    page = shared.visits["bram"].get("/shared").text
    own = shared.visits["amina"].get(f"/step/{STEP}").text

    assert page.count("data-share") == 1
    for name in ("Esra", "Kwame"):
        assert name not in main_of(page)
    assert re.search(r"\b(?:gelezen|gezien|geopend door|like)\b", main_of(own)) is None


def main_of(page: str) -> str:
    return page.partition('<main id="content"')[2].partition("</main>")[0]


def test_shr_9_sharing_waits_until_everybody_active_has_agreed(ring: Ring) -> None:
    ring.write("amina")
    ring.visits["esra"].post("/group/agreements/otherwise", {})
    join(ring, "kwame")

    answer = ring.share("amina")

    assert answer.status_code == 422
    assert 'data-status="not-now"' in answer.text
    assert ring.share_id() is None


def test_shr_9_with_one_member_set_aside_it_works_and_they_see_nothing(ring: Ring) -> None:
    ring.write("amina")
    join(ring, "kwame")
    for person in ("amina", *OTHERS):
        ring.visits[person].post("/group/agreements/accept", {"version": "1"})
    with ring.tools.database.session(writes=True) as session, session.begin():
        set_aside(session, set_id=ring.circle.set_id, membership_id=ring.id_of("kwame"), is_aside=True)

    assert ring.share("amina").status_code == 303

    assert ring.reads("bram")
    assert not ring.reads("kwame")
    assert ring.id_of("kwame") not in ring.readers()


def test_shr_4_and_9_somebody_set_aside_who_is_back_pauses_what_did_not_name_them(ring: Ring) -> None:
    test_shr_9_with_one_member_set_aside_it_works_and_they_see_nothing(ring)

    ring.visits["kwame"].post("/group/agreements/accept", {"version": "1"})

    assert ring.pause() == Pause.NEWCOMER
    assert not any(ring.reads(person) for person in (*OTHERS, "kwame"))


def test_shr_9_reader_who_takes_their_yes_to_the_agreements_back_reads_nothing_until_it_is_given(shared: Ring) -> None:
    with shared.tools.database.session(writes=True) as session, session.begin():
        take_acceptance_back(session, group_id=shared.circle.group_id, membership_id=shared.id_of("bram"))
    assert not shared.reads("bram")
    assert shared.reads("esra")

    shared.visits["bram"].post("/group/agreements/accept", {"version": "1"})

    assert shared.reads("bram")


@pytest.mark.parametrize(("days", "is_read"), [(30, True), (31, False)])
def test_shr_10_it_ends_after_thirty_days(shared: Ring, days: int, *, is_read: bool) -> None:
    shared.clock.move(days=days)
    shared.visits["bram"] = shared.circle.door.enter("bram")

    assert shared.reads("bram") is is_read


def test_shr_10_it_ends_with_the_class(shared: Ring) -> None:
    with shared.tools.database.session(writes=True) as session, session.begin():
        context_id = session.execute(select(CourseContext.id)).scalar_one()
        today = shared.tools.clock.today(shared.tools.settings.time_zone)
        session.add(CourseClass(context_id=context_id, is_open=True, ends_on=today))
    assert shared.reads("bram")

    shared.clock.move(hours=24)
    shared.visits["bram"] = shared.circle.door.enter("bram")

    assert not shared.reads("bram")


def test_shr_10_closing_the_part_ends_it(shared: Ring) -> None:
    step = closing_step(shared)

    shared.visits["amina"].post(f"/step/{step}/done", {"done": "yes"})

    assert shared.share_id() is None


def closing_step(ring: Ring) -> str:
    page = ring.visits["amina"].get().text
    steps = re.findall(r'href="/s/[\w-]{43}/step/([a-z2-7]{8})"', page)
    found: list[str] = [one for one in steps if "Afsluiting" in ring.visits["amina"].get(f"/step/{one}").text]
    return found[0]


def test_shr_10_other_groups_in_use_end_it(shared: Ring) -> None:
    with shared.tools.database.session(writes=True) as session, session.begin():
        context_id = session.execute(select(CourseContext.id)).scalar_one()
        use_set(session, context_id, create_set(session, context_id, "Tweede helft"))

    assert shared.share_id() is None


def test_shr_11_teacher_is_named_after_their_duties_and_an_extra_tick(ring: Ring) -> None:
    ring.write("amina")
    note_id, teacher = ring.note_of("amina"), ring.id_of(TEACHER)
    page = ring.visits["amina"].post(f"/notes/{note_id}/share", {"audience": "teacher", "teacher": teacher}).text
    assert 'id="duties-heading"' in page
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    assert seen is not None

    form = {"audience": "teacher", "teacher": teacher, "seen": seen[1]}
    answer = ring.visits["amina"].post(f"/notes/{note_id}/share/confirm", form)

    assert answer.status_code == 422
    assert ring.share_id() is None
    assert ring.visits["amina"].post(f"/notes/{note_id}/share/confirm", {**form, "knows": "yes"}).status_code == 303
    assert {person for person in (*OTHERS, TEACHER) if ring.reads(person)} == {TEACHER}


def test_shr_12_there_is_no_reply(shared: Ring) -> None:
    page = shared.open("bram").text

    assert "<form" not in main_of(page).partition("</template>")[2].rpartition("</template>")[2]
    assert "<textarea" not in page


def test_shr_13_text_that_changes_is_shared_no_more_and_the_older_one_is_gone(shared: Ring) -> None:
    """A shared note has no field on its page; a window that was open before it was shared still has."""
    answer = shared.write("amina", "Iets anders.", **{f"seen-{PROMPT}": mark(TEXT)})

    assert answer.status_code == 303
    assert shared.pause() == Pause.EDITED
    assert not any(shared.open(person).status_code == 200 for person in OTHERS)
    assert shared.share("amina").status_code == 303
    page = shared.open("bram").text
    assert "Iets anders." in page
    assert TEXT not in page


def test_shr_14_paused_withdrawn_ended_and_never_there_answer_alike(shared: Ring) -> None:
    share_id = shared.share_id() or ""
    reader = shared.visits["bram"]

    def answers() -> tuple[int, str, list[tuple[str, str]]]:
        answer = reader.post(f"/shared/{share_id}", {})
        return answer.status_code, same(answer.text), sorted(answer.headers.items(lower=True))

    never = reader.post("/shared/aaaaaaaaaaaaaaaaaaaaaaaaaa", {})
    expected = never.status_code, same(never.text), sorted(never.headers.items(lower=True))
    found = []
    for change in (pause_it, let_it_end, shared_with_others, withdraw_it):
        change(shared)
        found.append(answers())

    assert [(one[0], one[1]) for one in found] == [(expected[0], expected[1])] * 4
    lengths = {dict(one[2])["content-length"] for one in (*found, expected)}
    assert len(lengths) == 1


def pause_it(ring: Ring) -> None:
    with ring.tools.database.session(writes=True) as session, session.begin():
        session.execute(update(Share).values(pause=Pause.EDITED))


def let_it_end(ring: Ring) -> None:
    with ring.tools.database.session(writes=True) as session, session.begin():
        day = ring.tools.clock.today(ring.tools.settings.time_zone).replace(year=2025)
        session.execute(update(Share).values(pause=None, ends_on=day))


def shared_with_others(ring: Ring) -> None:
    with ring.tools.database.session(writes=True) as session, session.begin():
        day = ring.tools.clock.today(ring.tools.settings.time_zone)
        session.execute(update(Share).values(ends_on=day))
        session.execute(delete(Reader).where(Reader.membership_id == ring.id_of("bram")))


def withdraw_it(ring: Ring) -> None:
    ring.visits["amina"].post(f"/notes/{ring.note_of('amina')}/withdraw", {})


def test_log_5_reader_who_is_added_in_sql_opens_nothing(ring: Ring) -> None:
    ring.write("amina")
    ring.share("amina", "members", "bram")
    with ring.tools.database.session(writes=True) as session, session.begin():
        session.add(Reader(share_id=ring.share_id() or "", membership_id=ring.id_of("esra")))

    assert not ring.reads("esra")
    assert ring.reads("bram")


def test_share_that_is_turned_to_another_note_in_sql_opens_nothing(shared: Ring) -> None:
    shared.consent("esra")
    shared.write("esra", "Van Esra alleen.")
    with shared.tools.database.session(writes=True) as session, session.begin():
        session.execute(update(Share).values(note_id=shared.note_of("esra"), membership_id=shared.id_of("esra")))

    assert shared.open("bram").status_code == 404


def test_shr_13_changed_text_is_not_read_when_somebody_lifts_the_pause_in_sql(shared: Ring) -> None:
    edit(shared)
    with shared.tools.database.session(writes=True) as session, session.begin():
        session.execute(update(Share).values(pause=None))

    answer = shared.open("bram")

    assert answer.status_code == 404
    assert CHANGED not in answer.text


def test_shr_13_text_that_changes_while_somebody_opens_it_is_not_read(
    shared: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It changes after the policy said yes, and before the text is read."""
    if shared.tools.database.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time, and an opening is one")

    def edit_first(*asked: Any) -> str | None:
        edit(shared)
        return read_shared_text(*asked)

    monkeypatch.setattr(shared_page, "read_shared_text", edit_first)
    answer = shared.open("bram")

    assert answer.status_code == 404
    assert CHANGED not in answer.text


def edit(ring: Ring) -> None:
    """Let the author change the text in a window that was open before it was shared."""
    with ring.tools.database.session(writes=True) as session, session.begin():
        save_notes(
            session,
            sealed_notes(ring.tools.key_store),
            membership_id=ring.id_of("amina"),
            step_id=STEP,
            typed={PROMPT: CHANGED},
            seen={PROMPT: mark(TEXT)},
            keep_until=ring.clock.now().date(),
        )
    assert ring.pause() == "edited"


@pytest.mark.parametrize("change", ["older", "gone"])
def test_sto_12_nobody_reads_while_the_authors_consent_is_to_an_older_text_or_gone(shared: Ring, change: str) -> None:
    with shared.tools.database.session(writes=True) as session, session.begin():
        if change == "older":
            session.execute(update(Consent).values(version=0))
        else:
            session.execute(delete(Consent))
    assert not any(shared.reads(person) for person in OTHERS)

    shared.consent("amina")

    assert shared.reads("bram")


@pytest.mark.parametrize("person", ["bram", TEACHER])
def test_nobody_reaches_the_pages_of_somebody_elses_note(shared: Ring, person: str) -> None:
    note_id, visit = shared.note_of("amina"), shared.visits[person]

    def press(path: str) -> int:
        return visit.post(path, {}).status_code

    assert visit.get(f"/notes/{note_id}/share").status_code == 404
    assert visit.get(f"/notes/{note_id}/erase").status_code == 404
    assert press(f"/notes/{note_id}/share") == 404
    assert press(f"/notes/{note_id}/share/confirm") == 404
    assert press(f"/notes/{note_id}/erase") == 404
    press(f"/notes/{note_id}/withdraw")
    assert shared.share_id() is not None
    assert shared.reads("esra")
