"""One change each that makes good content bad, with the line and the words that the complaint must hold."""

from __future__ import annotations

from dataclasses import dataclass

from tests.content import SAMPLE_UNIT

LINE = "learning-line.yaml"
MODULE = "year-1/module.yaml"
TOPICS = "topics.yaml"
GLOSSARY = "glossary.yaml"
FRAME = "frame.yaml"
CONTACTS = "contacts.yaml"
AID = "decision-aid.yaml"
CHECKLIST = "guidance/checklist.yaml"
PLANNER = "guidance/planner.yaml"
GUIDANCE_PAGE = "guidance/always/page.yaml"
GUIDANCE_TEXT = "guidance/always/nl.md"
PAGE = "pages/safety/page.yaml"
PAGE_TEXT = "pages/safety/en.md"

UNIT = f"{SAMPLE_UNIT}/unit.yaml"
STEP = f"{SAMPLE_UNIT}/reading/step.yaml"
DUTCH = f"{SAMPLE_UNIT}/reading/nl.md"
ENGLISH = f"{SAMPLE_UNIT}/reading/en.md"
PLAIN = f"{SAMPLE_UNIT}/reading-at-once/step.yaml"
SIGNPOST = f"{SAMPLE_UNIT}/signpost/step.yaml"
SORTING = f"{SAMPLE_UNIT}/sorting/step.yaml"
LISTENING = f"{SAMPLE_UNIT}/listening/step.yaml"
TRANSCRIPT = f"{SAMPLE_UNIT}/listening/gesproken-nl.md"
CAPTIONS = f"{SAMPLE_UNIT}/listening/halte-en.vtt"
MEETING = f"{SAMPLE_UNIT}/meeting/step.yaml"
WRITING = f"{SAMPLE_UNIT}/writing/step.yaml"
CLOSING = f"{SAMPLE_UNIT}/closing/step.yaml"


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
    Fault("bad_yaml", STEP, "minutes: 10", "minutes: [10", "title:", "is not YAML"),
    Fault("tab", STEP, "minutes: 10", "\tminutes: 10", "\tminutes", "is not YAML"),
    Fault("two_documents", STEP, "minutes: 10", "---\nminutes: 10", "---", "is not YAML"),
    Fault("alias", STEP, "minutes: 10", "minutes: &m 10\nother: *m", "other:", "uses an alias"),
    Fault("duplicate_key", STEP, "minutes: 10", "minutes: 10\nminutes: 20", "minutes: 20", "stands here twice"),
    Fault("missing_field", STEP, "minutes: 10\n", "", "id:", "minutes is missing"),
    Fault("unknown_field", STEP, "minutes: 10", "minutes: 10\ncolour: red", "colour", "colour is not a field"),
    Fault("field_of_the_old_format", STEP, "minutes: 10", "minutes: 10\nterms: []", "terms", "terms is not a field"),
    Fault("empty_field", STEP, "minutes: 10", "minutes:", "minutes:", "minutes is empty"),
    Fault("wrong_type", STEP, "minutes: 10", "minutes: long", "minutes:", "minutes must be a whole number"),
    Fault("text_for_number", STEP, "minutes: 10", 'minutes: "10"', "minutes:", "must be a whole number"),
    Fault("truth_for_number", STEP, "minutes: 10", "minutes: true", "minutes:", "must be a whole number"),
    Fault("endless_number", STEP, "minutes: 10", "minutes: .inf", "minutes:", "minutes "),
    Fault("list_for_text", STEP, "id: oguszn7c", "id: [oguszn7c]", "id:", "id must be text"),
    Fault("text_for_list", STEP, "sources: [Made up for the tests]", "sources: S1", "sources:", "must be a list"),
    Fault("text_for_group", UNIT, "title:\n", "title: Bronnen\nx:\n", "title:", "title must be a group of fields"),
    Fault("out_of_range", STEP, "minutes: 10", "minutes: 121", "minutes:", "must be 1 to 120"),
    Fault("year_out_of_range", MODULE, "number: 1", "number: 5", "number:", "must be 1 to 4"),
    Fault("no_steps", UNIT, "steps:\n", "steps: []\nx:\n", "steps:", "steps "),
    Fault("unknown_cloth", UNIT, "cloth: heather", "cloth: silk", "cloth:", "must be one of: weld"),
    Fault("unknown_gesture", UNIT, "gesture: team", "gesture: wave", "gesture:", "must be one of: three"),
)

STEPS = (
    Fault("not_1_no_minutes", SIGNPOST, "minutes: 10\n", "", "id:", "minutes is missing"),
    Fault("not_1_no_notice", PLAIN, "notice:\n", "notices:\n", "id:", "notice is missing"),
    Fault("not_1_no_topics", STEP, "  topics: [unsafe-home]\n", "", "notice:", "notice.topics is missing"),
    Fault("not_1_no_intensity", STEP, "  intensity: 2\n", "", "notice:", "notice.intensity is missing"),
    Fault("not_1_no_place", STEP, "place:\n", "places:\n", "id:", "place is missing"),
    Fault("not_1_place_in_one_language", STEP, "  en: In the second", "  be: In the second", "place:",
          "place.en is missing"),
    Fault("not_1_unknown_topic", STEP, "[unsafe-home]", "[unsafe-house]", "unsafe-house", "“unsafe-house” is not in"),
    Fault("not_1_topics_unnamed", STEP, "[unsafe-home]", "[]", "topics:", "must be named"),
    Fault("not_1_topics_at_0", PLAIN, "topics: []", "topics: [unsafe-home]", "topics:", "must be [] at intensity 0"),
    Fault("not_2_intensity_4", STEP, "intensity: 2", "intensity: 4", "intensity:", "must be 0 to 3"),
    Fault("not_2_intensity_below_0", STEP, "intensity: 2", "intensity: -1", "intensity:", "must be 0 to 3"),
    Fault("not_2_intensity_between", STEP, "intensity: 2", "intensity: 1.5", "intensity:", "must be a whole number"),
    Fault("before_at_0", PLAIN, "  intensity: 0\n", "  intensity: 0\n  before: true\n", "before:", "nothing to say"),
    Fault("before_perhaps", SIGNPOST, "before: true", "before: maybe", "before:", "must be true or false"),
    Fault("unknown_kind", STEP, "kind: read", "kind: quiz", "kind: quiz",
          "kind must be one of: choice, closing, group, info, listen, plenary, practice, private, read"),
    Fault("kind_is_a_list", STEP, "kind: read", "kind: [read]", "kind:", "kind must be one of: choice"),
    Fault("kind_is_missing", STEP, "kind: read\n", "", "id:", "kind is missing"),
    Fault("field_of_another_kind", STEP, "minutes: 10", "minutes: 10\ncontacts: all", "contacts:", "is not a field"),
    Fault("id_that_says_something", STEP, "id: oguszn7c", "id: violence-1", "id:", "eight characters"),
    Fault("id_of_another_step", PLAIN, "id: ixow6xiw", "id: oguszn7c", "id:", f"also in {STEP}"),
    Fault("id_of_its_line", UNIT, "id: ", "id: ykdstykn # ", "id: ykdstykn", "also in learning-line.yaml"),
    Fault("ids_of_two_contacts", CONTACTS, "id: xumod7wg", "id: ydhw5e45 # here", "# here", "also in contacts.yaml"),
    Fault("id_of_a_step_and_a_contact", CONTACTS, "id: ydhw5e45", "id: oguszn7c", "id: oguszn7c", "also in year-1"),
    Fault("id_of_a_page", STEP, "id: oguszn7c", "id: 3fah7cxj", "id:", "is also in guidance/always/page.yaml"),
    Fault("ids_of_two_items", CHECKLIST, "id: hsfoqfnt", "id: qq35xt7l # here", "# here", "also in guidance/checklist"),
)  # fmt: skip

LANGUAGES = (
    Fault("no_english", UNIT, "  en: Examples\n", "", "title:", "title.en is missing"),
    Fault("blank_english", UNIT, "  en: Examples", "  en: '' # Examples", "en: ''", "title.en is empty"),
    Fault("third_language", LINE, "  en: Learning line", "  en: Line\n  fr: Ligne", "fr:", "is not a field"),
    Fault("number_for_text", UNIT, "  en: Examples", "  en: 3", "en: 3", "between quotes"),
    Fault("topic", TOPICS, "    name:\n      nl: onveilige thuissituatie\n      en: unsafe home\n",
          "    name: # here\n      nl: onveilige thuissituatie\n", "# here", "name.en is missing"),
    Fault("term", GLOSSARY, "    name:\n      nl: Levenservaring\n      en: Life experience\n",
          "    name: # here\n      nl: Levenservaring\n", "# here", "terms.0.name.en is missing"),
    Fault("contact", CONTACTS, "      en: Danger now, for you or for somebody else.\n", "", "purpose:", "purpose.en"),
    Fault("aim", STEP, "  en: You see how example 1 works.\n", "", "aim:", "aim.en is missing"),
    Fault("mark", SIGNPOST, ', en: "Is the number of Noor right?"}', "}", "Klopt het", "to_check.0.en is missing"),
)  # fmt: skip

MARKUP = (
    Fault("html", DUTCH, "Noor staat", "<b>Noor</b> staat", "<b>Noor", "holds HTML"),
    Fault("comment", ENGLISH, "Noor stands", "<!-- x --> Noor stands", "<!--", "holds HTML"),
    Fault("script_in_summary", STEP, "De korte versie", "<script>x</script> versie", "nl: |-", "holds HTML"),
    Fault("html_in_a_title", UNIT, "nl: Voorbeelden", "nl: <i>Voorbeelden</i>", "<i>", "holds HTML"),
    Fault("html_in_guidance", STEP, "- Blijf in de buurt.", "- <u>Blijf</u>", "touched:", "holds HTML"),
    Fault("html_on_a_card", SORTING, "Het wachten duurt lang.", "<em>Het</em> duurt lang.", "<em>", "holds HTML"),
    Fault("html_in_a_transcript", TRANSCRIPT, "**Noor:**", "<b>Noor:</b>", "<b>", "holds HTML"),
    Fault("html_in_a_page", PAGE_TEXT, "## ", "## <b>x</b> ", "<b>", "holds HTML"),
    Fault("picture", DUTCH, "Noor staat", "![x](https://x.example/a.png) staat", "![x]", "links to https"),
    Fault("foreign_link", DUTCH, "Noor staat", "[Noor](https://x.example) staat", "https://x.ex", "links to https"),
    Fault("link_by_mail", ENGLISH, "Noor stands", "[Noor](mailto:a@x.example) stands", "mailto", "links to mailto"),
    Fault("link_without_protocol", DUTCH, "Noor staat", "[Noor](//x.example) staat", "//x.ex", "links to //x"),
    Fault("link_to_a_page", DUTCH, "Noor staat", "[Noor](/support) staat", "/support", "links to /support"),
    Fault("link_over_two_lines", DUTCH, "Noor staat", "[Noor\nstaat](https://x.example)", "[Noor", "links to h"),
    Fault("link_with_its_address_below", DUTCH, "## Wat", "[x]: https://x.example\n\nZie [x].\n\n## Wat", "Zie [x]",
          "links to https"),
    Fault("foreign_link_in_summary", STEP, "De korte", "[Dit](https://x.example)", "nl: |-", "links to https"),
    Fault("heading_of_level_1", DUTCH, "## Wat", "# Wat", "# Wat", "is a heading of level 1, which is not shown"),
    Fault("heading_by_a_line_below", ENGLISH, "Noor stands", "Noor\n===\n\nstands", "Noor", "a heading of level 1"),
    Fault("heading_of_level_4", DUTCH, "## Wat", "#### Wat", "#### Wat", "is a heading of level 4"),
    Fault("italics", DUTCH, "Noor staat", "Noor\n*staat*", "*staat*", "is in italics, which is not"),
    Fault("code_in_a_line", ENGLISH, "Noor stands", "`Noor` stands", "`Noor`", "stands between backticks"),
    Fault("code_of_its_own", ENGLISH, "Noor stands", "x\n\n```\nNoor\n```\n\nstands", "```", "begins code"),
    Fault("table", DUTCH, "Noor staat", "| a | b |\n|---|---|\n\nNoor staat", "| a", "is a row of a table"),
    Fault("line_across", DUTCH, "Noor staat", "Sem.\n\n---\n\nNoor staat", "---", "is a line across"),
    Fault("struck_through", DUTCH, "Noor staat", "~~Noor~~ staat", "~~Noor", "is struck through"),
    Fault("list_that_begins_at_3", DUTCH, "Noor staat", "3. Noor\n4. Sem\n\nstaat", "3. Noor", "does not begin at 1"),
    Fault("address_that_no_link_uses", DUTCH, "Noor staat", "[noot]: vervalt\n\nNoor staat", "[noot]", "address of"),
    Fault("italics_in_guidance", STEP, "- Stay nearby.", "- Stay *nearby*.", "touched:", "is in italics"),
    Fault("heading_in_a_summary", STEP, "De korte versie", "# De korte versie", "nl: |-", "is a heading of level 1"),
    Fault("table_on_a_page", PAGE_TEXT, "## ", "|x|y|\n\n## ", "|x|y|", "is a row of a table"),
    Fault("unknown_term", DUTCH, "term:experiential-knowledge", "term:experience", "term:experience)",
          "“experience”, which glossary.yaml lacks"),
    Fault("unknown_term_over_two_lines", ENGLISH, "[experiential knowledge](term:experiential-knowledge)",
          "[experiential\nx](term:x)", "[experiential", "“x”, which glossary.yaml lacks"),
)  # fmt: skip
TERM = "[x](term:experiential-knowledge)"
NO_TERMS = (
    Fault("summary", STEP, "De korte", TERM, "nl: |-", "only the text of a step itself links, to terms"),
    Fault("guidance", STEP, "- Blijf in", f"- {TERM} in", "touched:", "only the text of a step itself links, to terms"),
    Fault("place", STEP, "nl: In de tweede zin.", f"nl: '{TERM}'", "nl: '[x]", "only the text of a step itself links"),
    Fault("card_to_open", SIGNPOST, "Er neemt iemand op", TERM, "luistert", "only the text of a step"),
    Fault("card_to_sort", SORTING, "Het wachten duurt lang.", f"'{TERM}'", "[x]", "only the text of a step itself"),
    Fault("programme", MEETING, "De docent zegt wat er komt.", f"'{TERM}'", "[x]", "only the text of a step itself"),
    Fault("transcript", TRANSCRIPT, "Ik hoor", f"{TERM} hoor", "[x]", "only the text of a step explains terms"),
    Fault("frame", FRAME, "nl: Verzonnen mensen.", f"nl: '{TERM}' #", "nl: '[x]", "only the text of a step itself"),
    Fault("contact", CONTACTS, "nl: Dag en nacht.", f"nl: '{TERM}'", "nl: '[x]", "only the text of a step itself link"),
    Fault("teachers_page", GUIDANCE_TEXT, "## ", f"## {TERM} ", "[x]", "only the text of a step explains terms"),
    Fault("page", PAGE_TEXT, "## ", f"## {TERM} ", "[x]", "only the text of a step explains terms"),
    Fault("checklist", CHECKLIST, "nl: Je hebt het gelezen, of", f"nl: '{TERM}' #", "nl: '[x]", "only the text of a s"),
)  # fmt: skip
"""A term is explained beside the text of a step, and nowhere else: elsewhere its link would lead nowhere."""

WORDS = (
    Fault("dutch", DUTCH, "Noor staat", "Slachtoffers staan", "Slacht", "says “Slachtoffers”"),
    Fault("english", ENGLISH, "Noor stands", "Brave Noor stands", "Brave", "says “Brave”"),
    Fault("english_of_two_words", ENGLISH, "Noor stands", "In a safe space Noor stands", "safe space", "“safe space”"),
    Fault("praise", ENGLISH, "Noor stands", "Well done. Noor stands", "Well done", "“Well done”"),
    Fault("in_a_title", UNIT, "en: Examples", "en: Trigger", "en: Trigger", "says “Trigger”"),
    Fault("in_a_summary", STEP, "The short version", "The victim", "en: |-", "says “victim”"),
    Fault("in_a_line_of_a_way", STEP, "en: The main point", "en: For survivors", "survivors", "says “survivors”"),
    Fault("in_a_term", GLOSSARY, "nl: Levenservaring", "nl: Dapper", "nl: Dapper", "says “Dapper”"),
    Fault("in_a_topic", TOPICS, "nl: rouw", "nl: moedig", "nl: moedig", "says “moedig”"),
    Fault("in_the_title_of_a_year", MODULE, "en: Year 1", "en: Year of survivors", "en: Year", "says “survivors”"),
    Fault("on_a_card", SORTING, "Het wachten duurt lang.", "Moedig van Noor.", "Moedig", "says “Moedig”"),
    Fault("in_a_meeting", MEETING, "nl: De docent zegt", "nl: Een veilige ruimte zegt", "ruimte", "“veilige ruimte”"),
    Fault("in_captions", CAPTIONS, "Do you hear", "You are brave, do you hear", "brave", "says “brave”"),
    Fault("in_a_transcript", TRANSCRIPT, "Ik hoor", "Het slachtoffer hoort", "slachtoffer", "says “slachtoffer”"),
    Fault("in_guidance", STEP, "- Stay nearby.", "- Say: well done.", "touched:", "says “well done”"),
    Fault("in_the_frame", FRAME, "en: Made-up people.", "en: Made-up victims. #", "victims", "says “victims”"),
    Fault("on_the_checklist", CHECKLIST, "nl: Je hebt het gelezen", "nl: Dapper, je hebt het", "Dapper", "“Dapper”"),
    Fault("on_a_teachers_page", GUIDANCE_TEXT, "## ", "## Goed gedaan ", "Goed gedaan", "says “Goed gedaan”"),
    Fault("on_a_page", PAGE_TEXT, "## ", "## Trigger ", "Trigger", "says “Trigger”"),
    Fault("in_another_form", DUTCH, "Noor staat", "Getriggerd staat Noor", "Getrig", "says “Getriggerd”"),
    Fault("in_a_longer_word", DUTCH, "Noor staat", "Geweldslachtoffer Noor staat", "Geweld", "“Geweldslachtoffer”"),
    Fault("dutch_of_a_survivor", DUTCH, "Noor staat", "Overlever Noor staat", "Overl", "says “Overlever”"),
    Fault("english_of_its_family", ENGLISH, "Noor stands", "Victimised, Noor stands", "Victim", "says “Victimised”"),
    Fault("over_the_end_of_a_line", ENGLISH, "Noor stands", "In a safe\nspace Noor stands", "safe", "“safe space”"),
    Fault(
        "over_the_end_of_a_line_of_a_field", STEP, "The short version", "A safe\n        space", "en: |-", "safe spa"
    ),
    Fault("with_a_soft_hyphen", DUTCH, "Noor staat", "Slacht\u00adoffer Noor staat", "offer", "says “Slachtoffer”"),
    Fault("with_a_soft_hyphen_by_its_name", ENGLISH, "Noor stands", "The vic&shy;tim", "shy", "says “victim”"),
    Fault("exclamation_mark", ENGLISH, "Noor stands", "Hello! Noor stands", "Hello!", "says “!”"),
    Fault("exclamation_mark_of_a_card", SORTING, "en: The waiting takes long.", "en: It takes long!", "long!", "“!”"),
)
