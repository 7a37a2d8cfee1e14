"""One thing that happens to three shares, one for each audience: who reads afterwards is what the rules say.

The machine plays anything in any order, and by chance; here each thing is played once, on both databases, while it
matters: Amina shares one text with her group, one with Bram, and one with Tess, who teaches. Chen is the third of the
group; Daan and Esra are in another one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import DATABASES
from tests.sharing.databases import two_databases
from tests.sharing.diary import Audience, Standing
from tests.sharing.play import SETS, Play
from tests.sharing.witness import Witness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PEOPLE = {
    **dict.fromkeys(("Amina", "Bram", "Chen", "Daan", "Esra"), Standing.STUDENT),
    **dict.fromkeys(("Tess", "Umar"), Standing.TEACHER),
}
FIRST, SECOND = SETS
PLACES = {
    FIRST: {"Amina": 1, "Bram": 1, "Chen": 1, "Daan": 2, "Esra": 2},
    SECOND: {"Amina": 1, "Bram": 1, "Daan": 1, "Chen": 2, "Esra": 2},
}
SHARED = {"aaaaaaaa": Audience.GROUP, "bbbbbbbb": Audience.MEMBERS, "cccccccc": Audience.TEACHER}
EVERYBODY = {"Bram": "ab", "Chen": "a", "Tess": "c"}
"""Who reads what at first, by the first letters of the steps."""


def all_agree(play: Play, set_name: str = FIRST) -> None:
    for number in (1, 2):
        play.everybody_accepts((set_name, number))


def in_turn(*things: Callable[[Play], None]) -> Callable[[Play], None]:
    def happen(play: Play) -> None:
        for one in things:
            one(play)

    return happen


def share(play: Play) -> None:
    """Let Amina write three things, and share each."""
    for step, audience in SHARED.items():
        play.save("Amina", step, f"Tekst van {play.here('Amina')} bij {step}, {len(play.course.diary)}.")
        renew(play, step, audience)


def renew(play: Play, step: str, audience: Audience) -> None:
    chosen = {Audience.MEMBERS: {play.here("Bram")}, Audience.TEACHER: {play.here("Tess")}}.get(audience, set())
    choice = play.look("Amina", audience, frozenset(chosen))
    assert choice is not None
    play.press("Amina", step, audience, frozenset(chosen), choice)


def renew_all(play: Play) -> None:
    for step, audience in SHARED.items():
        renew(play, step, audience)


def edit(play: Play) -> None:
    for step in SHARED:
        play.save("Amina", step, f"Iets anders bij {step}.")


def end_all(*, by_closing: bool) -> Callable[[Play], None]:
    def happen(play: Play) -> None:
        for step in SHARED:
            play.end_share(play.here("Amina"), step, by_closing=by_closing)

    return happen


def place(name: str, number: int, set_name: str = FIRST) -> Callable[[Play], None]:
    return lambda play: play.place(set_name, name, number)


def take_out(name: str) -> Callable[[Play], None]:
    return lambda play: play.take_out(FIRST, name)


def become(name: str, standing: Standing) -> Callable[[Play], None]:
    return lambda play: play.come_in_as(name, standing)


def be_away(name: str, standing: Standing = Standing.OBSERVER) -> Callable[[Play], None]:
    """Be something else for a moment."""
    return in_turn(become(name, standing), become(name, PEOPLE[name]), all_agree)


def be_away_only(name: str) -> Callable[[Play], None]:
    """Be something else for a moment, and nobody has agreed anew yet."""
    return in_turn(become(name, Standing.OBSERVER), become(name, PEOPLE[name]))


def aside(name: str, *, is_aside: bool = True) -> Callable[[Play], None]:
    return lambda play: play.set_aside(name, is_aside=is_aside)


def accept(name: str) -> Callable[[Play], None]:
    return lambda play: play.accept(name)


def accept_no_more(name: str) -> Callable[[Play], None]:
    return lambda play: play.accept_no_more(name)


def move_only(**numbers: int) -> Callable[[Play], None]:
    """Move some by a plan, and nobody has agreed anew yet."""

    def happen(play: Play) -> None:
        play.keep_plan(numbers)
        play.confirm_plan()

    return happen


def move(**numbers: int) -> Callable[[Play], None]:
    return in_turn(move_only(**numbers), all_agree)


def use(set_name: str) -> Callable[[Play], None]:
    return lambda play: play.use_set(set_name)


def propose(play: Play) -> None:
    play.propose((FIRST, 1))


def erase(name: str, what: str, step: str = "aaaaaaaa") -> Callable[[Play], None]:
    return lambda play: play.erase(name, step, what)


def consent(name: str) -> Callable[[Play], None]:
    return lambda play: play.consent(name)


def outdate(name: str) -> Callable[[Play], None]:
    return lambda play: play.outdate_consent(name)


def pass_days(days: int) -> Callable[[Play], None]:
    return lambda play: play.let_days_pass(days)


def end_class_in(days: int) -> Callable[[Play], None]:
    return lambda play: play.let_class_end_in(days)


def sweep(play: Play) -> None:
    play.sweep()


SWAP = {"Bram": 2, "Daan": 1}
EVENTS: dict[str, tuple[Callable[[Play], None], dict[str, str]]] = {
    "nothing": (in_turn(), EVERYBODY),
    # Somebody comes, by SHR-4, SHR-5.
    "join": (place("Daan", 1), {"Tess": "c"}),
    "join, all agree": (in_turn(place("Daan", 1), all_agree), {"Bram": "b", "Tess": "c"}),
    "join and leave": (
        in_turn(place("Daan", 1), take_out("Daan"), all_agree),
        {"Bram": "b", "Tess": "c"},
    ),
    "join, renew": (
        in_turn(place("Daan", 1), all_agree, renew_all),
        {"Bram": "ab", "Chen": "a", "Daan": "a", "Tess": "c"},
    ),
    "join, eight days": (
        in_turn(place("Daan", 1), take_out("Daan"), all_agree, pass_days(8), sweep),
        {"Bram": "b", "Tess": "c"},
    ),
    # Somebody leaves, by SHR-6.
    "Bram leaves": (take_out("Bram"), {"Chen": "a", "Tess": "c"}),
    "Chen leaves": (take_out("Chen"), {"Bram": "ab", "Tess": "c"}),
    "Bram leaves and comes back": (in_turn(take_out("Bram"), place("Bram", 1), all_agree), {"Tess": "c"}),
    "Chen leaves and comes back": (
        in_turn(take_out("Chen"), place("Chen", 1), all_agree),
        {"Bram": "b", "Tess": "c"},
    ),
    "Bram swaps": (in_turn(place("Bram", 2), all_agree), {"Chen": "a", "Tess": "c"}),
    "author leaves": (take_out("Amina"), {"Tess": "c"}),
    "author leaves and comes back": (in_turn(take_out("Amina"), place("Amina", 1), all_agree), {"Tess": "c"}),
    "author swaps": (in_turn(place("Amina", 2), all_agree), {"Tess": "c"}),
    # Several at once.
    "plan moves one in, not agreed": (move_only(Esra=1), {"Tess": "c"}),
    "plan swaps two": (move(**SWAP), {"Tess": "c"}),
    "plan swaps two and back": (in_turn(move(**SWAP), move(Bram=1, Daan=2)), {"Tess": "c"}),
    "plan moves one in": (move(Esra=1), {"Bram": "b", "Tess": "c"}),
    "plan moves all to one group": (move(Amina=3, Bram=3, Chen=3), {"Tess": "c"}),
    "plan names who is there": (
        move(Amina=1, Bram=1),
        EVERYBODY,
    ),
    # Other groups, by SHR-10.
    "other set": (use(SECOND), {"Tess": "c"}),
    "other set and back": (in_turn(use(SECOND), use(FIRST)), {"Tess": "c"}),
    "same set": (use(FIRST), EVERYBODY),
    "join in the other set": (
        place("Esra", 1, SECOND),
        EVERYBODY,
    ),
    # Set aside, by SHR-9.
    "Bram is set aside": (aside("Bram"), {"Chen": "a", "Tess": "c"}),
    "Bram is back by agreeing": (
        in_turn(aside("Bram"), accept("Bram")),
        EVERYBODY,
    ),
    "Bram is taken back in": (
        in_turn(aside("Bram"), aside("Bram", is_aside=False)),
        {"Chen": "a", "Tess": "c"},
    ),
    "Chen is set aside, then all is shared anew": (
        in_turn(aside("Chen"), renew_all),
        {"Bram": "ab", "Tess": "c"},
    ),
    "Chen was not named, and is back by agreeing": (
        in_turn(aside("Chen"), renew_all, accept("Chen")),
        {"Bram": "b", "Tess": "c"},
    ),
    "Chen was not named, and is taken back in": (
        in_turn(aside("Chen"), renew_all, aside("Chen", is_aside=False)),
        {"Bram": "b", "Tess": "c"},
    ),
    "Chen was not named, is back, and leaves": (
        in_turn(aside("Chen"), renew_all, accept("Chen"), take_out("Chen")),
        {"Bram": "b", "Tess": "c"},
    ),
    "author is set aside": (aside("Amina"), {"Tess": "c"}),
    # Agreements, by SHR-9.
    "new agreements": (propose, {"Tess": "c"}),
    "new agreements, Bram accepts": (in_turn(propose, accept("Bram")), {"Bram": "ab", "Tess": "c"}),
    "Bram agrees no more": (accept_no_more("Bram"), {"Chen": "a", "Tess": "c"}),
    "Bram agrees again": (
        in_turn(accept_no_more("Bram"), accept("Bram")),
        EVERYBODY,
    ),
    # Roles, by SHR-4, STO-10.
    "Bram is a teacher": (become("Bram", Standing.TEACHER), {"Chen": "a", "Tess": "c"}),
    "Bram is an observer": (become("Bram", Standing.OBSERVER), {"Chen": "a", "Tess": "c"}),
    "Bram is a teacher who tries": (become("Bram", Standing.TRIES), {"Chen": "a", "Tess": "c"}),
    "Bram was away": (be_away("Bram"), {"Tess": "c"}),
    "Chen was away, not agreed": (be_away_only("Chen"), {"Tess": "c"}),
    "Bram taught for a moment": (be_away("Bram", Standing.TEACHER), {"Tess": "c"}),
    "Chen was away": (be_away("Chen"), {"Bram": "b", "Tess": "c"}),
    "author is an observer": (become("Amina", Standing.OBSERVER), {}),
    "author is a teacher who tries": (become("Amina", Standing.TRIES), {}),
    "author was away": (be_away("Amina"), {}),
    "teacher is an observer": (become("Tess", Standing.OBSERVER), {"Bram": "ab", "Chen": "a"}),
    "teacher is a student": (become("Tess", Standing.STUDENT), {"Bram": "ab", "Chen": "a"}),
    "teacher was away": (be_away("Tess"), {"Bram": "ab", "Chen": "a"}),
    "another teacher was away": (be_away("Umar"), EVERYBODY),
    # Consent, by STO-11, STO-12.
    "older words": (outdate("Amina"), {}),
    "older words, and yes again": (
        in_turn(outdate("Amina"), consent("Amina")),
        EVERYBODY,
    ),
    "reader has not consented": (erase("Bram", "consent"), EVERYBODY),
    "consent taken back": (erase("Amina", "consent"), {}),
    "consent taken back and given, swept": (in_turn(erase("Amina", "consent"), consent("Amina"), sweep), {}),
    # Editing, erasing, taking back, by SHR-7, SHR-13, STO-7.
    "edit": (edit, {}),
    "edit and renew": (in_turn(edit, renew_all), EVERYBODY),
    "one note erased": (erase("Amina", "note"), {"Bram": "b", "Tess": "c"}),
    "all writing erased": (erase("Amina", "writing"), {}),
    "author erased": (erase("Amina", "person"), {}),
    "author erased and back": (in_turn(erase("Amina", "person"), place("Amina", 1), all_agree, sweep), {}),
    "Bram erased": (erase("Bram", "person"), {"Chen": "a", "Tess": "c"}),
    "Bram erased and back": (in_turn(erase("Bram", "person"), place("Bram", 1), all_agree), {"Tess": "c"}),
    "teacher erased": (erase("Tess", "person"), {"Bram": "ab", "Chen": "a"}),
    "withdrawn": (end_all(by_closing=False), {}),
    "part closed": (end_all(by_closing=True), {}),
    # Days, by SHR-10, STO-5.
    "thirty days": (in_turn(pass_days(30), sweep), EVERYBODY),
    "thirty-one days": (pass_days(31), {}),
    "thirty-one days, swept": (in_turn(pass_days(31), sweep), {}),
    "last day of the class": (end_class_in(0), EVERYBODY),
    "class is over": (end_class_in(-1), {}),
    "class is over, and goes on": (
        in_turn(end_class_in(-1), end_class_in(40)),
        EVERYBODY,
    ),
    "notes past their day": (in_turn(end_class_in(0), pass_days(200), sweep), {}),
    "notes of a class that goes on": (in_turn(pass_days(200), end_class_in(5), sweep), {}),
}
"""What happens, and who then reads what: said a third time, in a table that a person can check."""


@pytest.fixture(scope="module", params=DATABASES)
def play(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    """A course on each of the two databases; each test puts everybody where they belong."""
    with two_databases(request.param, request, tmp_path_factory.mktemp("events")) as two:
        play = Play(two, PEOPLE, PLACES)
        for set_name in SETS:
            play.use_set(set_name)
            for number in (1, 2):
                play.propose((set_name, number))
                play.everybody_accepts((set_name, number))
        yield play
        play.forget()


def set_the_stage(play: Play) -> None:
    """Put everybody where they belong, and let Amina write and share anew."""
    course = play.course
    play.use_set(FIRST)
    play.let_class_end_in(50)
    for name, standing in PEOPLE.items():
        person = course.people[play.here(name)]
        if person.standing is not standing:
            play.come_in_as(name, standing)
        if person.consent != "now":
            play.consent(name)
    for set_name, numbers in PLACES.items():
        for name, number in numbers.items():
            who = play.here(name)
            if course.places.get((set_name, who)) != number:
                play.place(set_name, name, number)
            if (set_name, who) in course.aside:
                play.set_aside(name, is_aside=False)
    all_agree(play)
    share(play)


@pytest.mark.parametrize("event", EVENTS)
def test_shr_4_to_13_one_thing_happens_and_who_reads_is_what_the_rules_say(play: Play, event: str) -> None:
    happen, expected = EVENTS[event]
    set_the_stage(play)
    witness = Witness(play)
    witness.look()

    happen(play)

    witness.look()
    reads = {name: "".join(sorted(step[0] for _, step in play.course.read_by(who))) for name, who in play.ids.items()}
    assert {name: found for name, found in reads.items() if found} == expected
