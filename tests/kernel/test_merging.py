"""Two windows that change one form: nothing is written over unseen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lti_tool.kernel.merging import mark, merge_texts

TEXTS = st.dictionaries(st.sampled_from(["one", "two", "three"]), st.text(max_size=8))


@given(TEXTS, TEXTS, TEXTS)
def test_no_text_is_written_over_unseen(before: dict[str, str], theirs: dict[str, str], mine: dict[str, str]) -> None:
    stored = before | theirs
    seen = {name: mark(before.get(name, "")) for name in ("one", "two", "three")}

    merged = merge_texts(stored, mine, seen)

    for name in ("one", "two", "three"):
        old, now, typed = before.get(name, ""), stored.get(name, ""), mine.get(name, before.get(name, ""))
        kept = merged.texts.get(name, "")
        if typed in (old, now):
            assert kept == now, "who changed nothing changes nothing"
            assert name not in merged.met
        elif now == old:
            assert kept == typed, "what one of them changed is taken"
            assert name not in merged.met
        else:
            assert kept == now, "what both changed stays, and both are shown"
            assert name in merged.met


@given(TEXTS, TEXTS)
def test_saving_what_was_seen_is_saved_as_it_was_typed(stored: dict[str, str], typed: dict[str, str]) -> None:
    seen = {name: mark(stored.get(name, "")) for name in ("one", "two", "three")}

    merged = merge_texts(stored, typed, seen)

    assert merged.met == frozenset()
    assert {name: merged.texts.get(name, "") for name in typed} == typed


def test_without_a_mark_nothing_that_is_there_is_written_over() -> None:
    assert merge_texts({"one": "there"}, {"one": "new"}, {}).met == {"one"}
