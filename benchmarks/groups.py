"""What forming and matching the groups of a whole year costs: ``python -m benchmarks.groups``.

It needs neither database nor server, so CPU time of this process says all.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from typing import TYPE_CHECKING

from lti_tool.groups.forming import Wishes, form_again, form_groups, place_latecomers
from lti_tool.groups.timetable import match_names, read_list

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MEMBERS = 20_000
WISHES = 2_000
"""Half of them to be apart, half to be together."""
ROUNDS = 5
LIMIT = 2.0
"""Seconds that a teacher waits for one press, at the most."""
_FIRST = ("Noor", "Sem", "Éva", "Anne-Marie", "Jan", "Ali", "Kees", "Søren", "Zoë", "Fatima", "Daan", "Esra", "Yara")
_MIDDLE = ("", "de ", "van der ", "van 't ", "ten ", "El ")
_LETTERS = "abdefgiklmnoprstuvw"


def measure(rounds: int = ROUNDS) -> dict[str, list[float]]:
    """Return for each thing a teacher can press the seconds of CPU it took, round by round."""
    seconds: dict[str, list[float]] = {}
    for number in range(rounds):
        for name, press in _presses(random.Random(number)).items():
            start = time.process_time()
            press()
            seconds.setdefault(name, []).append(time.process_time() - start)
    return seconds


def format_table(seconds: Mapping[str, list[float]]) -> str:
    lines = [
        f"groups of {MEMBERS} members, {WISHES} wishes: seconds of CPU, median [lowest-highest round], limit {LIMIT}"
    ]
    for name, values in seconds.items():
        verdict = "kept" if max(values) <= LIMIT else "NOT KEPT"
        lines.append(f"{name:<24}{statistics.median(values):.2f} [{min(values):.2f}-{max(values):.2f}]  {verdict}")
    return "\n".join(lines)


def _presses(chance: random.Random) -> dict[str, Callable[[], object]]:
    people = {f"m{number:05}": _made_up_name(chance) for number in range(MEMBERS)}
    wishes, others = _wishes(chance, list(people)), _wishes(chance, list(people))
    groups = form_groups(people, wishes=wishes, seed="before").placement
    some = {one: number for one, number in groups.items() if chance.random() < 0.9}
    left = [one for one in people if chance.random() < 0.95]
    text = "Naam;Groep\n" + "\n".join(f"{name};SW{groups[one]}" for one, name in people.items())
    rows = read_list(text).rows
    return {
        "form": lambda: form_groups(people, wishes=wishes, seed="a"),
        "place a tenth": lambda: place_latecomers(people, some, wishes=wishes, seed="b"),
        "form again, new wishes": lambda: form_again(left, groups, wishes=others, seed="c"),
        "read a list": lambda: read_list(text),
        "match its names": lambda: match_names(rows, people),
    }


def _wishes(chance: random.Random, people: list[str]) -> Wishes:
    apart, together = (
        frozenset(frozenset(chance.sample(people, 2)) for _ in range(WISHES // 2)) for _ in ("apart", "together")
    )
    return Wishes(apart, together)


def _made_up_name(chance: random.Random) -> str:
    last = "".join(chance.choice(_LETTERS) for _ in range(7)).title()
    return f"{chance.choice(_FIRST)} {chance.choice(_MIDDLE)}{last}"


if __name__ == "__main__":
    sys.stdout.write(format_table(measure()) + "\n")
