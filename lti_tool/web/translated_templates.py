"""Templates with their sentences already in them: each is compiled once for every language that is asked for.

A page has thirty sentences. Looking each of them up while somebody waits was a third of the cost of a page, although
their language is known before the page begins. So a template's sentence is looked up when the template is compiled, and
stands in it like any other text; of one with values in it, only the values are left to fill in.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flask.templating import Environment
from jinja2 import nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from lti_tool.web.languages import current_language, sentences_in

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from jinja2 import Template

    from lti_tool.web.languages import Sentences

_VALUE = re.compile(r"%\((\w+)\)s")


class TranslatedEnvironment(Environment):
    """Flask's template environment, which hands every page to one of its own for the page's language.

    It also keeps one dictionary of globals where Jinja chains two. Every page, and every part that a page includes or
    imports, looks into it as a whole. A chain does that in Python, which cost a fifth of a page. The price: what is
    added to the globals later is unknown to templates loaded before.
    """

    sentences: Sentences | None = None
    """Of the one language of this environment; the application's own has none."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return what a template can use beside its context."""
        return {**self.globals, **(d or {})}

    def get_or_select_template(self, *args: Any, **kwargs: Any) -> Template:
        """Return a template in the language of the page that asks for it."""
        if self.sentences is not None:
            return super().get_or_select_template(*args, **kwargs)
        return self._in_language(current_language()).get_or_select_template(*args, **kwargs)

    def _in_language(self, language: str) -> TranslatedEnvironment:
        known: dict[str, TranslatedEnvironment] = self.__dict__.setdefault("_by_language", {})
        if language not in known:
            environment = self.overlay()
            environment.sentences = sentences_in(language)
            environment.globals = {**self.globals, **environment.sentences.functions, "locale": language}
            known[language] = environment
        return known[language]

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        if self.sentences is not None:
            _Translation(self.sentences).visit(tree)
        return tree


class _Translation(NodeTransformer):
    """Replaces the calls that look a sentence up by the sentence."""

    def __init__(self, sentences: Sentences) -> None:
        self._sentences = sentences

    def visit_Output(self, node: nodes.Output) -> nodes.Node:  # noqa: N802 (Jinja's way)
        node.nodes = [piece for one in node.nodes for piece in self._take_apart(one)]
        return self.generic_visit(node)

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 (Jinja's way)
        sentence = _sentence_of(node)
        if sentence is None or node.kwargs:
            return self.generic_visit(node)
        return nodes.Const(self._sentences.translate(sentence), lineno=node.lineno)

    def _take_apart(self, node: nodes.Expr) -> list[nodes.Expr]:
        """Return a sentence with values as its pieces; anything else, as it is."""
        sentence = _sentence_of(node)
        if sentence is None or not isinstance(node, nodes.Call) or not node.kwargs:
            return [node]
        values = {keyword.key: keyword.value for keyword in node.kwargs}
        # Text and the names of values in turn.
        pieces = _VALUE.split(self._sentences.look_up(sentence))
        texts, names = pieces[0::2], pieces[1::2]
        if not values.keys() >= set(names) or any("%" in text.replace("%%", "") for text in texts):
            return [node]  # it will say what is wrong when it is shown
        found: list[nodes.Expr] = []
        for place, piece in enumerate(pieces):
            text = Markup(piece.replace("%%", "%"))  # noqa: S704 (our own)
            found.append(values[piece] if place % 2 else nodes.Const(text, lineno=node.lineno))
        return found


def _sentence_of(node: nodes.Node) -> str | None:
    """Return the sentence that a node looks up, when it is written down there."""
    if not isinstance(node, nodes.Call) or not isinstance(node.node, nodes.Name) or node.node.name != "_":
        return None
    if len(node.args) != 1 or node.dyn_args or node.dyn_kwargs:
        return None
    sentence = node.args[0]
    return sentence.value if isinstance(sentence, nodes.Const) and isinstance(sentence.value, str) else None
