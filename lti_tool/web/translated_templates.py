"""Templates with all that is known beforehand already in them: each is compiled once for every language in use.

A page has thirty sentences and a dozen parts, and most of it is the same for everybody who reads its language. So what
does not hang on the person is worked out when the template is compiled, and stands in it like any other text:

* a sentence is looked up then; of one with values in it, only the values are left to fill in;
* a part that is included ``without context`` is made then, and kept. It cannot hold anything about anybody: beside the
  sentences it sees only what :data:`PLAIN` names, and neither the request nor whoever sent it;
* any other part is put where it is included, so that finding it costs nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flask.templating import Environment
from jinja2 import TemplateNotFound, nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from lti_tool.web.languages import current_language, sentences_in

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from jinja2 import Template

    from lti_tool.web.languages import Sentences

PLAIN = ("asset", "contacts_in", "range", "dict", "namespace")
"""The names that every template may use. All are functions of their arguments alone, never of a request: what is kept
for everybody is made with them. What belongs to a page comes in its context."""

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
        return self.in_language(current_language()).get_or_select_template(*args, **kwargs)

    def in_language(self, language: str) -> TranslatedEnvironment:
        """Return the environment of the pages in a language."""
        known: dict[str, TranslatedEnvironment] = self.__dict__.setdefault("_by_language", {})
        if language not in known:
            environment = self.overlay()
            environment.sentences = sentences_in(language)
            plain = {name: self.globals[name] for name in PLAIN if name in self.globals}
            environment.globals = {**plain, **environment.sentences.functions, "locale": language}
            known[language] = environment
        return known[language]

    def parse_template(self, name: str) -> nodes.Template:
        """Return a template as it is before it is compiled."""
        if self.loader is None:
            raise TemplateNotFound(name)
        source, filename, _ = self.loader.get_source(self, name)
        return self._parse(source, name, filename)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        if self.sentences is not None:
            _Translation(self, self.sentences).visit(tree)
        return tree


class _Translation(NodeTransformer):
    """Replaces sentences that are looked up, and parts that are included, by themselves."""

    def __init__(self, environment: TranslatedEnvironment, sentences: Sentences) -> None:
        self._environment = environment
        self._sentences = sentences

    def visit_Include(self, node: nodes.Include) -> nodes.Node:  # noqa: N802 (Jinja's way)
        if not isinstance(node.template, nodes.Const) or node.ignore_missing:
            return node
        name = node.template.value
        if node.with_context:
            return nodes.Scope(self._environment.parse_template(name).body, lineno=node.lineno)
        text = nodes.TemplateData(self._environment.get_template(name).render())
        return nodes.Output([text], lineno=node.lineno)

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
