"""One change each that makes good content bad, with the line and the words that the complaint must hold."""

from __future__ import annotations

from dataclasses import dataclass

LINE = "learning-line.yaml"
MODULE = "year-1/module.yaml"
UNIT = "year-1/unit-1/unit.yaml"
STEP = "year-1/unit-1/experience-and-knowledge/step.yaml"
DUTCH = "year-1/unit-1/experience-and-knowledge/nl.md"
ENGLISH = "year-1/unit-1/experience-and-knowledge/en.md"
FIRST_STEP = "year-1/unit-1/how-this-works/step.yaml"
SIGNPOST = "year-1/unit-1/where-can-i-go/step.yaml"
CONTACTS = "contacts.yaml"
TOPICS = "topics.yaml"


@dataclass(frozen=True)
class Fault:
    """What is changed, and what is said of it."""

    name: str
    file: str
    old: str
    new: str
    at: str
    """Stands in the line that the complaint must name, and in none before it."""
    says: str


SHAPE = (
    Fault("bad_yaml", STEP, "minutes: 15", "minutes: [15", "title:", "is not YAML"),
    Fault("tab", STEP, "minutes: 15", "\tminutes: 15", "\tminutes", "is not YAML"),
    Fault("two_documents", STEP, "minutes: 15", "---\nminutes: 15", "---", "is not YAML"),
    Fault("alias", STEP, "minutes: 15", "minutes: &m 15\nother: *m", "other:", "uses an alias"),
    Fault("duplicate_key", STEP, "minutes: 15", "minutes: 15\nminutes: 20", "minutes: 20", "stands here twice"),
    Fault("missing_field", STEP, "minutes: 15\n", "", "id:", "minutes is missing"),
    Fault("unknown_field", STEP, "minutes: 15", "minutes: 15\ncolour: red", "colour", "colour is not a field"),
    Fault("empty_field", STEP, "minutes: 15", "minutes:", "minutes:", "minutes is empty"),
    Fault("wrong_type", STEP, "minutes: 15", "minutes: long", "minutes:", "minutes must be a whole number"),
    Fault("text_for_number", STEP, "minutes: 15", 'minutes: "15"', "minutes:", "must be a whole number"),
    Fault("truth_for_number", STEP, "minutes: 15", "minutes: true", "minutes:", "must be a whole number"),
    Fault("endless_number", STEP, "minutes: 15", "minutes: .inf", "minutes:", "minutes "),
    Fault("list_for_text", STEP, "id: gjcuwgtv", "id: [gjcuwgtv]", "id:", "id must be text"),
    Fault("text_for_list", STEP, "sources:\n", "sources: S1\nx:\n", "sources:", "sources must be a list"),
    Fault("text_for_group", UNIT, "title:\n", "title: Bronnen\nx:\n", "title:", "title must be a group of fields"),
    Fault("out_of_range", STEP, "minutes: 15", "minutes: 121", "minutes:", "must be 1 to 120"),
    Fault("year_out_of_range", MODULE, "number: 1", "number: 5", "number:", "must be 1 to 4"),
    Fault("no_steps", UNIT, "steps:\n", "steps: []\nx:\n", "steps:", "steps "),
    Fault("unknown_cloth", UNIT, "cloth: weld", "cloth: silk", "cloth:", "must be one of: weld"),
    Fault("unknown_gesture", UNIT, "gesture: three-sources", "gesture: wave", "gesture:", "must be one of: three"),
)

STEPS = (
    Fault("not_1_no_minutes", SIGNPOST, "minutes: 10\n", "", "id:", "minutes is missing"),
    Fault("not_1_no_notice", FIRST_STEP, "notice:\n", "notices:\n", "id:", "notice is missing"),
    Fault("not_1_no_intensity", STEP, "  intensity: 1\n", "", "notice:", "notice.intensity is missing"),
    Fault("not_1_place_in_one_language", FIRST_STEP, "  en: >-\n    Nowhere", "  be: >-\n    Nowhere", "place:",
          "place.en is missing"),
    Fault("not_1_unknown_topic", STEP, "- unsafe-home", "- unsafe-house", "- unsafe-house", "“unsafe-house” is not in"),
    Fault("not_1_topics_unnamed", STEP, "  topics:\n    - unsafe-home\n", "  topics: []\n", "topics:", "must be named"),
    Fault("not_2_intensity_4", STEP, "intensity: 1", "intensity: 4", "intensity:", "must be 0 to 3"),
    Fault("not_2_intensity_below_0", STEP, "intensity: 1", "intensity: -1", "intensity:", "must be 0 to 3"),
    Fault("unknown_kind", STEP, "kind: read", "kind: quiz", "kind: quiz", "kind must be one of: info, read"),
    Fault("kind_is_a_list", STEP, "kind: read", "kind: [read]", "kind:", "kind must be one of: info, read"),
    Fault("kind_is_missing", STEP, "kind: read\n", "", "id:", "kind is missing"),
    Fault("field_of_another_kind", STEP, "minutes: 15", "minutes: 15\ncontacts: all", "contacts:", "is not a field"),
    Fault("field_of_its_kind_missing", SIGNPOST, "contacts: all\n", "", "id:", "contacts is missing"),
    Fault("unknown_alternative", SIGNPOST, "- kind: later", "- kind: skip", "kind: skip", "must be one of: later"),
    Fault("summary_without_text", SIGNPOST, "- kind: later", "- kind: summary", "kind: summary", "has a text when"),
    Fault("id_that_says_something", STEP, "id: gjcuwgtv", "id: violence-1", "id:", "eight characters"),
    Fault("id_of_another_step", STEP, "id: gjcuwgtv", "id: u56fbuib", "id:", "is also in year-1/unit-1/how-this-works"),
    Fault("id_of_its_unit", STEP, "id: gjcuwgtv", "id: wrwfzuq7", "id:", "is also in year-1/unit-1/unit.yaml"),
    Fault("ids_of_two_contacts", CONTACTS, "id: xumod7wg", "id: ydhw5e45 # here", "# here", "also in contacts.yaml"),
    Fault("id_of_a_step_and_a_contact", CONTACTS, "id: ydhw5e45", "id: u56fbuib", "id: u56fbuib", "also in year-1"),
)  # fmt: skip

LANGUAGES = (
    Fault("no_english", UNIT, "  en: Three sources of knowledge\n", "", "title:", "title.en is missing"),
    Fault("blank_english", UNIT, "  en: Three", "  en: '' # Three", "en: ''", "title.en is empty"),
    Fault("third_language", LINE, "  en: Learning line", "  en: Line\n  fr: Ligne", "fr:", "is not a field"),
    Fault("number_for_text", UNIT, "  en: Three sources of", "  en: 3 # ", "en: 3", "between quotes"),
    Fault("topic", TOPICS, "    name:\n      nl: onveilige thuissituatie\n      en: unsafe home\n",
          "    name: # here\n      nl: onveilige thuissituatie\n", "# here", "name.en is missing"),
    Fault("term", STEP, "    name:\n      nl: Levenservaring\n      en: Life experience\n",
          "    name: # here\n      nl: Levenservaring\n", "# here", "terms.0.name.en is missing"),
    Fault("contact", CONTACTS, "      en: Danger now, for you or for somebody else.\n", "", "purpose:", "purpose.en"),
)  # fmt: skip

MARKUP = (
    Fault("html", DUTCH, "Ilias verhuisde", "<b>Ilias</b> verhuisde", "<b>Ilias", "holds HTML"),
    Fault("comment", ENGLISH, "Ilias moved", "<!-- x --> Ilias moved", "<!--", "holds HTML"),
    Fault("script_in_summary", STEP, "Ervaring is wat", "<script>x</script> is wat", "nl: |-", "holds HTML"),
    Fault("picture", DUTCH, "Ilias verhuisde", "![x](https://x.example/a.png) was", "![x]", "links to https"),
    Fault("foreign_link", DUTCH, "Ilias verhuisde", "[Ilias](https://x.example) was", "https://x.ex", "links to https"),
    Fault("link_by_mail", ENGLISH, "Ilias moved", "[Ilias](mailto:a@x.example) was", "mailto", "links to mailto"),
    Fault("link_without_protocol", DUTCH, "Ilias verhuisde", "[Ilias](//x.example) was", "//x.ex", "links to //x"),
    Fault("link_to_a_page", DUTCH, "Ilias verhuisde", "[Ilias](/support) was", "/support", "links to /support"),
    Fault("link_over_two_lines", DUTCH, "Ilias verhuisde", "[Ilias\nwas](https://x.example)", "[Ilias", "links to h"),
    Fault("link_with_its_address_below", DUTCH, "## Lagen", "[x]: https://x.example\n\nZie [x].\n\n## Lagen", "Zie [x]",
          "links to https"),
    Fault("foreign_link_in_summary", STEP, "Ervaring is wat", "[Dit](https://x.example) is wat", "nl: |-", "links to"),
    Fault("unknown_term", DUTCH, "term:life-experience", "term:experience", "term:experience)", "“experience”, which"),
    Fault("unknown_term_over_two_lines", ENGLISH, "[life experience](term:life-experience)", "[life\nx](term:x)",
          "[life", "“x”, which step.yaml lacks"),
    Fault("unknown_term_in_summary", STEP, "Ervaring is wat", "[Dit](term:dit) is wat", "nl: |-", "“dit”, which"),
)  # fmt: skip

WORDS = (
    Fault("dutch", DUTCH, "Ilias verhuisde", "Slachtoffers verhuisden", "Slacht", "says “Slachtoffers”"),
    Fault("english", ENGLISH, "Ilias moved", "Brave Ilias moved", "Brave", "says “Brave”"),
    Fault("english_of_two_words", ENGLISH, "Ilias moved", "In a safe space, Ilias moved", "safe space", "“safe space”"),
    Fault("in_a_title", UNIT, "en: Three sources of", "en: Trigger", "en: Trigger", "says “Trigger”"),
    Fault("in_a_summary", STEP, "Experience is what", "A victim is what", "en: |-", "says “victim”"),
    Fault("in_a_term", STEP, "nl: Levenservaring", "nl: Dapper", "nl: Dapper", "says “Dapper”"),
    Fault("in_a_topic", TOPICS, "nl: rouw", "nl: moedig", "nl: moedig", "says “moedig”"),
    Fault("in_the_title_of_a_year", MODULE, "en: Year 1", "en: Year of survivors", "en: Year", "says “survivors”"),
    Fault("exclamation_mark", ENGLISH, "Ilias moved", "Hello! Ilias moved", "Hello!", "says “!”"),
)

PLACES_TO_GO = (
    Fault("no_way_to_reach_it", CONTACTS, '    number: "113"\n    tel: "113"\n    web: https://www.113.nl\n', "",
          "id: xumod7wg", "number needs a number or a web address"),
    Fault("number_that_cannot_be_dialled", CONTACTS, '    tel: "113"\n', "", "id: xumod7wg", "tel goes with number"),
    Fault("letters_for_digits", CONTACTS, 'tel: "113"', 'tel: "one"', 'tel: "one"', "must be digits only"),
    Fault("not_encrypted", CONTACTS, "https://www.113.nl", "http://www.113.nl", "http://", "must be https://"),
    Fault("script_for_address", CONTACTS, "https://www.113.nl", "javascript:x", "javascript:", "must be https://"),
    Fault("no_source", CONTACTS, "    source: >-", "    sources: >-", "id:", "source is missing"),
    Fault("perhaps_on_every_page", CONTACTS, "every_page: true", "every_page: maybe", "maybe", "must be true or false"),
)  # fmt: skip
