"""What a text in the content may hold: which markup, which links, which words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lti_tool.curriculum.wording import find_words
from lti_tool.web.languages import LANGUAGES
from lti_tool.web.sanitise import find_links, find_lost_markup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lti_tool.curriculum.files import KeyPath, SourceFile

_HTML = re.compile(r"<[/!a-zA-Z]")
_NOT_READ = frozenset({"to_check"})
"""Notes for people who check are not read by students."""


def find_faults(text: str, language: str, terms: frozenset[str] | None) -> Iterator[tuple[int, str]]:
    """Yield what is wrong with a Markdown text, with its line, counted from 0.

    :param terms: the terms that a link may lead to: none where no term is explained, and None when they are not known.
    """
    for number, line in enumerate(text.splitlines()):
        if _HTML.search(line):
            yield number, "holds HTML; write Markdown"
    yield from find_lost_markup(text)
    for number, target in find_links(text):
        term = target.removeprefix("term:")
        if term == target:
            yield number, f"links to {target}; only term: links are allowed"
        elif terms is not None and not terms:
            yield number, "links to a term; only the text of a step explains terms"
        elif terms is not None and term not in terms:
            yield number, f"links to the term “{term}”, which glossary.yaml lacks"
    for number, word in find_words(text, language):
        yield number, f"says “{word}”; choose another word"


def check_texts(source: SourceFile, *, besides: frozenset[str] = frozenset()) -> None:
    """Check every text in both languages that a YAML file holds: no words off the list, no markup but ours, no links.

    It looks at what stands in the file, right or wrong in other ways, so that nothing hides a word. A term is explained
    beside the running text of a step. Elsewhere there is no room for that, so nothing links there.

    :param besides: fields whose texts are not ours to judge.
    """
    for path, language, text in _texts(source.data, (), besides | _NOT_READ):
        for _, word in find_words(text, language):
            source.complain(path, f"says “{word}”; choose another word")
        if any(_HTML.search(line) for line in text.splitlines()):
            source.complain(path, "holds HTML; write Markdown")
        for _, what in find_lost_markup(text):
            source.complain(path, what)
        for _, target in find_links(text):
            source.complain(path, f"links to {target}; only the text of a step itself links, to terms")


def _texts(tree: Any, path: KeyPath, besides: frozenset[str]) -> Iterator[tuple[KeyPath, str, str]]:
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, below in items:
        if key in besides:
            continue
        if key in LANGUAGES and isinstance(below, str):
            yield (*path, key), key, below
        else:
            yield from _texts(below, (*path, key), besides)
