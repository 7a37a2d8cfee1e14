"""The quick way through a schema: whatever comes, the outcome is marshmallow's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, post_load, validate, validates_schema

from lti_tool.lti.quick_schema import QuickSchema
from lti_tool.lti.schemas import IdTokenSchema, LaunchFormSchema, LoginSchema

FIXTURES = Path(__file__).parents[1] / "fixtures" / "moodle"
TOKENS = [json.loads(path.read_text()) for path in sorted(FIXTURES.glob("idtoken-*.json"))]
SCHEMAS = [IdTokenSchema(), LoginSchema(), LaunchFormSchema()]
KEYS = sorted({field.data_key or name for schema in SCHEMAS for name, field in schema.fields.items()} | {"id", "title"})
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.text(), below, max_size=4),
    max_leaves=6,
)


def outcome(load: Any, data: Any) -> tuple[str, Any]:
    try:
        return "loaded", repr(load(data))
    except ValidationError as error:
        return "refused", error.messages


def assert_same(schema: Schema, data: Any) -> None:
    assert outcome(schema.load, data) == outcome(lambda given: Schema.load(schema, given), data)


def claims_of(token: Any) -> dict[str, Any]:
    found: dict[str, Any] = token.get("payload", token.get("claims", token))
    return found


@pytest.mark.parametrize("schema", SCHEMAS)
@given(data=st.dictionaries(st.sampled_from(KEYS), VALUES) | VALUES)
def test_anything_at_all_is_loaded_or_refused_as_marshmallow_does(schema: Schema, data: Any) -> None:
    assert_same(schema, data)


@given(
    token=st.sampled_from(TOKENS),
    changes=st.dictionaries(st.sampled_from(KEYS), VALUES),
    gone=st.sets(st.sampled_from(KEYS)),
)
def test_changed_token_is_loaded_or_refused_as_marshmallow_does(
    token: Any, changes: dict[str, Any], gone: set[str]
) -> None:
    body = {name: value for name, value in (claims_of(token) | changes).items() if name not in gone}

    assert_same(SCHEMAS[0], body)


def test_good_tokens_take_the_quick_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else nothing here would be compared with anything."""
    bodies = [body for token in TOKENS if outcome(SCHEMAS[0].load, body := claims_of(token))[0] == "loaded"]
    monkeypatch.setattr(Schema, "load", None)

    assert [SCHEMAS[0].load(body)["iss"] for body in bodies] == [body["iss"] for body in bodies]
    assert len(bodies) >= 3


class Everything(QuickSchema):
    """Uses what the schemas of a launch do not."""

    class Meta:
        """As theirs."""

        unknown = EXCLUDE

    number = fields.Integer(validate=validate.Range(1, 9))
    other = fields.String(attribute="another", data_key="an-other")
    texts = fields.List(fields.String(), load_default=list)
    spaced = fields.String(pre_load=str.strip)
    only_out = fields.String(dump_only=True)


class Strict(QuickSchema):
    """Does not ignore what it does not know."""

    class Meta:
        """As marshmallow does by itself."""

        unknown = RAISE

    name = fields.String()


class Related(Everything):
    """Looks at all values together."""

    @validates_schema
    def hold_together(self, data: dict[str, Any], **_options: Any) -> None:
        if data.get("number") == 7:
            raise ValidationError("not seven")

    @post_load
    def count(self, data: dict[str, Any], **_options: Any) -> dict[str, Any]:
        return {**data, "count": len(data)}


@pytest.mark.parametrize(
    "schema", [Everything(), Related(), Strict(), Everything(many=True), Everything(only=["number"])]
)
@pytest.mark.parametrize(
    "data",
    [
        {},
        {"number": 7, "an-other": "x", "spaced": " a ", "only_out": "y", "unknown": 1, "name": "n"},
        {"number": 10, "texts": ["a", 1]},
        {"number": None, "texts": None},
        {"name": "n"},
        [{"number": 3}],
        None,
    ],
)
def test_schema_that_asks_for_more_gets_it(schema: Schema, data: Any) -> None:
    assert_same(schema, data)


def test_options_of_a_call_are_marshmallows() -> None:
    with pytest.raises(ValidationError, match="Unknown field"):
        SCHEMAS[2].load({"unknown": "x"}, unknown=RAISE)
