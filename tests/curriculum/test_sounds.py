"""Sounds of steps and their captions: sent piece by piece to who is in the course, and noted nowhere (NOT-7, EXT-7)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.curriculum.pieces import NoSuchPieceError, find_piece
from lti_tool.web.templates import STATIC
from tests.content import sampled_content, sound
from tests.front_door.witness import dump

if TYPE_CHECKING:
    from lti_tool.curriculum.step_files import MediumFile
    from lti_tool.kernel.database import Database
    from tests.door import Door
    from tests.police import StatementRecorder

MEDIA = sampled_content().media
SOUND_ID, SOUND = next((name, file) for name, file in MEDIA.items() if file.media_type == "audio/wav")
PATH = f"/sound/{SOUND_ID}"


@pytest.mark.parametrize(("medium_id", "file"), MEDIA.items(), ids=lambda one: str(one)[:6])
@pytest.mark.parametrize("person", ["amina", "teacher", "mentor", "test_student"])
@pytest.mark.one_database
def test_sound_is_sent_whole_with_its_type(sample_door: Door, person: str, medium_id: str, file: MediumFile) -> None:
    response = sample_door.enter(person).get(f"/sound/{medium_id}")

    assert response.status_code == 200
    assert response.data == file.content
    assert response.mimetype == file.media_type
    assert response.headers["Accept-Ranges"] == "bytes"
    assert "Content-Disposition" not in response.headers, "a name of a file would say what it is (EXT-6)"


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-", 0, None),
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=-5", -5, None),
        ("bytes=40-99999", 40, None),
        ("bytes=-99999", 0, None),
    ],
)
def test_player_may_ask_for_a_piece(sample_door: Door, asked: str, start: int, end: int | None) -> None:
    response = sample_door.enter().get(PATH, headers={"Range": asked})

    piece = SOUND.content[start:end]
    first = start % len(SOUND.content)
    assert response.status_code == 206
    assert response.data == piece
    assert response.headers["Content-Range"] == f"bytes {first}-{first + len(piece) - 1}/{len(SOUND.content)}"


@pytest.mark.parametrize("asked", ["bytes=99999-", "bytes=-0"])
def test_piece_that_is_not_there_is_refused(sample_door: Door, asked: str) -> None:
    response = sample_door.enter().get(PATH, headers={"Range": asked})

    assert response.status_code == 416
    assert response.headers["Content-Range"] == f"bytes */{len(SOUND.content)}"
    assert response.data == b""


@pytest.mark.parametrize("asked", [None, "bytes=0-9", "bytes=99999-"])
def test_server_gets_the_answer_in_one_so_that_a_slow_listener_holds_no_worker(
    sample_door: Door, monkeypatch: pytest.MonkeyPatch, asked: str | None
) -> None:
    """The server sends a list by itself; anything else goes at the listener's pace."""
    visit = sample_door.enter()
    app, bodies = sample_door.client.application, []
    answer = app.wsgi_app

    def note(*args: Any) -> Any:
        bodies.append(answer(*args))
        return bodies[-1]

    monkeypatch.setattr(app, "wsgi_app", note)
    visit.get(PATH, headers={"Range": asked} if asked else {})

    assert [(type(body), len(list(body))) for body in bodies] == [(list, 1)]


@pytest.mark.parametrize(
    "asked", ["lines=1-2", "bytes", "bytes=a-b", "bytes=5-2", "bytes=0-1,3-4", "bytes=-", f"bytes={9**40}-", ""]
)
def test_piece_that_nobody_understands_is_answered_with_the_whole(sample_door: Door, asked: str) -> None:
    response = sample_door.enter().get(PATH, headers={"Range": asked})

    assert response.status_code == 200
    assert response.data == SOUND.content


@pytest.mark.parametrize(
    "medium_id", ["0" * 64, SOUND_ID[:-1], f"{SOUND_ID}0", SOUND_ID.upper(), "x", "halte-nl.wav", "%00", "..%2f"]
)
def test_sound_that_is_not_there_answers_404(sample_door: Door, medium_id: str) -> None:
    assert sample_door.enter().get(f"/sound/{medium_id}").status_code == 404


def test_sound_is_only_for_who_is_in_a_course(sample_door: Door) -> None:
    assert sample_door.enter(knob="no_context").get(PATH).status_code == 404
    assert sample_door.client.get(PATH).status_code == 404
    assert sample_door.client.get(f"/s/{'x' * 43}{PATH}").status_code == 401


def test_sound_is_gone_when_the_visit_has_ended(sample_door: Door) -> None:
    visit = sample_door.enter()
    visit.get("/leave")

    assert visit.get(PATH).status_code == 401


def test_ext_7_sound_is_kept_nowhere_and_tells_nobody_where_it_was_heard(sample_door: Door) -> None:
    headers = sample_door.enter().get(PATH).headers

    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "media-src 'self'" in headers["Content-Security-Policy"]
    assert "Last-Modified" not in headers


def test_ext_6_address_of_a_sound_says_nothing() -> None:
    assert all(re.fullmatch(r"[0-9a-f]{64}", medium_id) for medium_id in MEDIA)


@pytest.mark.parametrize(
    "headers", [{}, {"Range": "bytes=0-9"}, {"Range": "bytes=99999-"}], ids=["whole", "piece", "no"]
)
def test_log_3_and_not_4_listening_leaves_no_trace(
    sample_door: Door, database: Database, log_lines: list[str], headers: dict[str, str]
) -> None:
    """Who reads the text instead asks for no sound: a log line would tell the two apart."""
    visit = sample_door.enter()
    before = dump(database)
    log_lines.clear()

    visit.get(PATH, headers=headers)

    assert log_lines == []
    assert dump(database) == before


def test_sound_costs_three_statements(sample_door: Door, recorder: StatementRecorder) -> None:
    visit = sample_door.enter()
    visit.get(PATH)

    visit.get(PATH)

    # Who it is, what the sound is, and the piece of it.
    assert len(recorder.statements) == 3


@given(size=st.integers(1, 2_000_000), first=st.integers(0, 3_000_000), length=st.integers(1, 3_000_000))
def test_piece_is_never_longer_than_half_a_megabyte_and_lies_in_the_sound(size: int, first: int, length: int) -> None:
    for asked in (f"bytes={first}-", f"bytes={first}-{first + length - 1}", f"bytes=-{length}"):
        try:
            piece = find_piece(asked, size)
        except NoSuchPieceError:
            assert first >= size
        else:
            assert piece is not None
            assert 0 < piece.length <= 512 * 1024
            assert 0 <= piece.start < piece.start + piece.length <= size


def test_silence_of_the_tests_is_a_sound() -> None:
    assert sound(100).startswith(b"RIFF")


def test_not_7_no_script_begins_to_play_and_the_one_of_the_player_lets_it_begin_softly() -> None:
    scripts = {path.name: path.read_text() for path in (STATIC / "js").glob("*.js")}

    assert [name for name, text in scripts.items() if re.search(r"\.play\(|autoplay|new Audio", text)] == []
    (volume,) = re.findall(r"volume = ([0-9.]+)", scripts["listen.js"])
    assert 0 < float(volume) <= 0.5
    # What is said is shown, and not the tags that captions may hold.
    assert "getCueAsHTML().textContent" in scripts["listen.js"]
    assert ".text)" not in scripts["listen.js"]
    # It sends nothing and keeps nothing either.
    assert not re.search(r"fetch\(|XMLHttpRequest|sendBeacon|Storage|cookie", scripts["listen.js"])
