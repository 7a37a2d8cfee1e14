"""Closing: short parts to choose from, none of which is needed. Nothing is asked, and nothing kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from marshmallow import ValidationError, fields

from lti_tool.curriculum.kinds.registry import StepKind
from lti_tool.curriculum.schemas import StepSchema
from lti_tool.web.languages import lazy_gettext as _

if TYPE_CHECKING:
    from lti_tool.curriculum.step_files import StepFiles
    from lti_tool.curriculum.words import Words


class _Parts(fields.Field[list[str] | str]):
    """``all``, or the ids of some parts."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[str] | str:
        del attr, data, kwargs
        if value == "all":
            return "all"
        if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
            return value
        message = "must be all, or a list of parts"
        raise ValidationError(message)


class ClosingStepSchema(StepSchema):
    """A text, and parts of the closing menu."""

    parts = _Parts(required=True)


@dataclass(frozen=True)
class ClosingPart:
    """A short part, in one language."""

    title: str
    minutes: int
    html: str


@dataclass(frozen=True)
class Closing:
    """What there is to choose from, and how it ends."""

    parts: tuple[ClosingPart, ...]
    end: str


def _check(step: dict[str, Any], files: StepFiles) -> None:
    known = [part["id"] for part in files.frame.get("closing", {}).get("parts", [])]
    if step["parts"] == "all" or not known:
        return
    for index, name in enumerate(step["parts"]):
        if name not in known:
            files.complain(("parts", index), f"“{name}” is none of the parts in frame.yaml: {', '.join(known)}")


def _build(step: dict[str, Any], words: Words) -> Closing:
    closing = words.frame["closing"]
    parts = tuple(
        ClosingPart(words.say(part["title"]), part["minutes"], words.render(part["text"]))
        for part in closing["parts"]
        if step["parts"] == "all" or part["id"] in step["parts"]
    )
    return Closing(parts, words.say(closing["end"]))


KIND = StepKind(
    "closing",
    _("Closing"),
    ClosingStepSchema,
    build=_build,
    template="curriculum/kinds/closing.html",
    check=_check,
    is_closing=True,
)
