"""Marshmallow's rules, without its ceremony for what keeps them.

A launch brings thirty values, and nearly every launch is in order. Marshmallow makes ready, for every value, to gather
what may be wrong with it, which takes longer than the checks. So here the same fields are first asked one by one. When
one objects, whatever it says, marshmallow itself is asked: it decides, and says what is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from marshmallow import EXCLUDE, Schema, ValidationError, fields, missing


class _Step(NamedTuple):
    name: str
    """In what comes out."""
    key: str
    """In what goes in."""
    field: fields.Field[Any]
    is_simple: bool
    """Whether the field has no more to say than its own ``_deserialize``."""


class QuickSchema(Schema):
    """A schema that loads good values quickly, and all others as marshmallow does."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._steps = [
            _Step(
                field.attribute or name,
                field.data_key or name,
                field,
                not (field.validators or field.pre_load or field.post_load),
            )
            for name, field in self.load_fields.items()
        ]
        # What looks at all values together, or at unknown ones, is marshmallow's own affair.
        self._is_quick = (
            not any(self._hooks.values()) and self.unknown == EXCLUDE and not self.many and not self.partial
        )

    def load(self, data: Any, **options: Any) -> Any:
        """Load an object.

        :raises ValidationError: when a value is wrong or missing; it names every one.
        """
        if self._is_quick and isinstance(data, Mapping) and not any(options.values()):
            try:
                return self._load_quickly(data)
            except ValidationError:
                pass
        return super().load(data, **options)

    def _load_quickly(self, data: Mapping[str, Any]) -> dict[str, Any]:
        loaded: dict[str, Any] = {}
        for name, key, field, is_simple in self._steps:
            value = data.get(key, missing)
            if is_simple and value is not missing and value is not None:
                loaded[name] = field._deserialize(value, key, data)  # noqa: SLF001 (what every field defines)
            elif (found := field.deserialize(value, key, data)) is not missing:
                loaded[name] = found
        return loaded
