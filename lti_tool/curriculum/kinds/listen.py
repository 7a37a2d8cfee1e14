"""Listening: a sound with its captions, and the same as a text. It never plays by itself (NOT-7)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from marshmallow import fields

from lti_tool.curriculum.kinds.registry import StepKind
from lti_tool.curriculum.schemas import FilesSchema, StepSchema
from lti_tool.web.languages import LANGUAGES
from lti_tool.web.languages import lazy_gettext as _

if TYPE_CHECKING:
    from lti_tool.curriculum.step_files import StepFiles
    from lti_tool.curriculum.words import Words

SOUNDS = {".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".ogg": "audio/ogg", ".wav": "audio/wav"}
_BEGINNINGS = {
    ".mp3": ((0, b"ID3"), (0, b"\xff\xfb"), (0, b"\xff\xf3"), (0, b"\xff\xf2")),
    ".m4a": ((4, b"ftyp"),),
    ".ogg": ((0, b"OggS"),),
    ".wav": ((0, b"RIFF"),),
}
CAPTIONS = "text/vtt"
_VTT = re.compile(r"WEBVTT(?:[ \t\r\n]|\Z)")
_TIME = r"(?:[0-9]{2,}:)?[0-9]{2}:[0-9]{2}\.[0-9]{3}"
_CUE = re.compile(rf"^{_TIME}[ \t]+-->[ \t]+{_TIME}(?:[ \t][^\r\n]*)?\r?\n[^\r\n]*\S", re.MULTILINE)
"""A time, and something said at it. A browser skips a time that is written otherwise, such as with a comma."""


class ListenSchema(StepSchema):
    """A text, a sound, what is said in it as captions, and as a text."""

    needs_text = StepSchema.needs_text - {"written"}
    may_have_text = StepSchema.may_have_text - {"written"}
    sound = fields.Nested(FilesSchema, required=True)
    captions = fields.Nested(FilesSchema, required=True)
    transcript = fields.Nested(FilesSchema, required=True)


@dataclass(frozen=True)
class Recording:
    """A sound, in one language."""

    sound_id: str
    media_type: str
    captions_id: str
    html: str
    """What is said, as a text."""


def _check(step: dict[str, Any], files: StepFiles) -> None:
    """Take the files of the step into the edition; each is known by the hash of its content from then on."""
    step["recordings"] = {
        language: {
            "sound": _take_sound(step["sound"][language], language, files),
            "captions": _take_captions(step["captions"][language], language, files),
            "transcript": files.read_prose(step["transcript"][language], language, explains_terms=False),
        }
        for language in LANGUAGES
    }


def _take_sound(name: str, language: str, files: StepFiles) -> dict[str, str]:
    ending = name[name.rfind(".") :]
    if ending not in SOUNDS:
        files.complain(
            ("sound", language), f"must be a sound that browsers play: a file that ends in {', '.join(SOUNDS)}"
        )
        return {"id": "", "type": ""}
    content = files.read_bytes(name)
    if content and not any(content[at:].startswith(begin) for at, begin in _BEGINNINGS[ending]):
        files.complain(("sound", language), f"“{name}” is no {ending} file, whatever it is called")
    return {"id": files.keep(SOUNDS[ending], content), "type": SOUNDS[ending]}


def _take_captions(name: str, language: str, files: StepFiles) -> str:
    text = files.read_text(name, language)
    if text and not _VTT.match(text):
        files.complain(("captions", language), f"“{name}” is no WebVTT file: its first line must be WEBVTT")
    elif text and not _CUE.search(text):
        what = f"“{name}” holds no caption: a line such as 00:01.000 --> 00:04.000, and below it what is said"
        files.complain(("captions", language), what)
    return files.keep(CAPTIONS, text.encode())


def _build(step: dict[str, Any], words: Words) -> Recording:
    own = step["recordings"][words.language]
    return Recording(own["sound"]["id"], own["sound"]["type"], own["captions"], words.render_text(own["transcript"]))


KIND = StepKind(
    "listen",
    _("Listening"),
    ListenSchema,
    build=_build,
    template="curriculum/kinds/listen.html",
    written_template="curriculum/kinds/listen_written.html",
    script="js/listen.js",
    check=_check,
)
