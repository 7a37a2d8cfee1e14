"""Every rule of the front door, and the tests that break it on purpose: for who checks us.

The sections are those of the design notes: 2d the messages between frames, 2e the login, 2f the launch, 2g what comes
after it; *keys* is where the platform's keys come from, and *library* what is known to be wrong in the library that we
build on. ``python -m tests.front_door.rules`` writes it as a page, ``docs/security-rules.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "security-rules.md"


@dataclass(frozen=True)
class Rule:
    """One rule: what does not come in, what the person's page and the log call it, and what proves it."""

    name: str
    refused: str
    reason: str
    """Codes of :class:`lti_tool.lti.refusals.Reason`; empty for a rule that refuses nothing."""
    tests: tuple[str, ...]
    """``<file below tests>::<name>``."""


def _in(file: str) -> Callable[..., tuple[str, ...]]:
    return lambda *names: tuple(f"{file}::test_{name}" for name in names)


_ATTACKS = _in("front_door/test_attacks.py")
_CERTIFICATION = _in("front_door/test_certification.py")
_DEPLOYMENTS = _in("front_door/test_deployments.py")
_KEYS = _in("front_door/test_platform_keys.py")
_LIMITS = _in("front_door/test_limits.py")
_LOGIN = _in("front_door/test_login.py")
_LOGS = _in("front_door/test_logs.py")
_MESSAGES = _in("browser/test_messages.py")
_OUTBOUND = _in("front_door/test_outbound.py")
_REGISTRATION = _in("front_door/test_dynamic_registration.py")
_ROLES = _in("people/test_roles.py")
_ROUTES = _in("house/test_routes.py")
_RULES = _in("front_door/test_rules.py")
_SECRETS = _in("kernel/test_clock_and_ids.py")
_SESSIONS = _in("front_door/test_sessions.py")
_STATE = _in("front_door/test_state.py")
_STORAGE = _in("front_door/test_storage.py")
_BROWSER = _in("browser/test_storage.py")
_TOKENS = _in("front_door/test_access_tokens.py")
_TOOL_KEYS = _in("front_door/test_tool_keys.py")
_WAYS_OUT = _in("browser/test_ways_out.py")

SECTIONS = {
    "2d": "Messages between the frames (platform storage)",
    "2e": "The login",
    "2f": "The launch",
    "keys": "Where the platform's keys come from",
    "2g": "After the launch",
    "library": "Known defects of the library, which must not be ours",
}

RULES = (
    # Messages between the frames.
    Rule(
        "2d source",
        "an answer of another window than the one that was asked",
        "",
        _MESSAGES("only_the_answer_without_a_fault_is_believed"),
    ),
    Rule(
        "2d origin",
        "an answer of another site, also when the window that was asked went there meanwhile",
        "",
        _MESSAGES("answer_of_a_window_that_moved_to_another_site_is_not_believed")
        + _BROWSER("storage_that_fails_at_the_launch_lets_nobody_in_and_says_what_to_do"),
    ),
    Rule(
        "2d answer",
        "an answer with another subject, message id or key, or with an error",
        "",
        _MESSAGES("only_the_answer_without_a_fault_is_believed"),
    ),
    Rule("2d value", "a value that is no text, or empty", "", _MESSAGES("value_that_is_no_text_is_not_believed")),
    Rule(
        "2d target origin",
        "telling the secret to any site but that of the registered authorization endpoint",
        "",
        _MESSAGES(
            "window_of_another_site_is_told_nothing",
            "site_that_frames_the_login_and_promises_everything_learns_no_secret",
            "page_around_is_not_told_what_a_frame_in_it_is_told",
        )
        + _STORAGE("only_the_site_of_the_authorization_endpoint_is_told_the_secret"),
    ),
    Rule(
        "2d question",
        "a question that holds more than the standard names, or has the id of another",
        "",
        _MESSAGES("question_holds_what_the_standard_names_and_an_id_of_its_own"),
    ),
    Rule(
        "2d frame",
        "guessing: storage is the window that the platform names, what it answers before what it said; else none",
        "",
        _MESSAGES(
            "window_is_found_as_the_platform_names_it",
            "name_that_is_no_window_keeps_nothing",
            "window_that_another_opened_asks_the_one_that_opened_it",
            "window_of_nobody_asks_nobody_and_does_not_wait",
        ),
    ),
    Rule(
        "2d end",
        "waiting longer than a second and a half, twice; then the next way is offered",
        "",
        _MESSAGES(
            "question_without_an_answer_is_asked_twice_and_given_up",
            "capabilities_without_an_answer_are_asked_for_once_and_there_are_none",
        )
        + _BROWSER("storage_that_fails_at_the_login_offers_a_new_window"),
    ),
    Rule(
        "2d clean-up",
        "leaving the secret in the platform's storage, or putting it there without need",
        "",
        _BROWSER("secret_is_taken_out_of_the_platforms_storage_again")
        + _MESSAGES("login_whose_cookie_works_lets_nobody_keep_anything", "cookie_that_was_only_tried_is_taken_away"),
    ),
    # The login.
    Rule(
        "2e.1 complete",
        "a login without issuer, hint or target, or with a blank one",
        "login_incomplete, login_malformed",
        _LOGIN("missing_parameter_is_refused", "blank_parameter_is_refused"),
    ),
    Rule(
        "2e.1 text",
        "a parameter that is too long, holds control characters, or comes twice",
        "login_malformed, too_large",
        _LOGIN(
            "ops_8_oversized_parameter_is_refused",
            "ops_8_oversized_login_is_refused",
            "parameter_with_nul_is_refused",
            "repeated_parameter_is_refused",
        ),
    ),
    Rule(
        "2e.1 registration",
        "an issuer, client id or login address that is not known, or that do not belong together",
        "unknown_registration, ambiguous_registration",
        _LOGIN(
            "unknown_issuer_is_not_found",
            "unknown_client_is_not_found",
            "address_of_no_registration_is_not_found",
            "ops_5_registration_address_of_another_tenant_is_not_found",
            "registration_address_with_another_client_is_not_found",
            "several_registrations_of_an_issuer_without_client_id_are_refused",
        ),
    ),
    Rule(
        "2e.1 target",
        "a target that is not of this tool, to the letter",
        "foreign_target",
        _LOGIN("foreign_target_is_refused"),
    ),
    Rule(
        "2e.1 storage target",
        "the name of a frame that cannot be one (counts as absent)",
        "",
        _STORAGE(
            "storage_target_that_is_no_name_of_a_frame_is_left_out",
            "storage_target_of_a_launch_that_is_no_name_is_left_out",
        ),
    ),
    Rule(
        "2e.1 flood",
        "more logins than one person or one registration makes",
        "too_many",
        _LIMITS("one_hint_that_floods_the_login_is_stopped"),
    ),
    Rule(
        "2e.2 state",
        "a state that we did not sign, changed in any bit, or signed for another purpose or under another key",
        "state_invalid",
        _STATE(
            "any_flipped_bit_is_refused",
            "what_we_did_not_issue_is_refused",
            "state_under_another_key_is_refused",
            "two_logins_of_one_moment_differ",
        )
        + _ATTACKS("tampered_state_is_refused", "misshapen_state_is_refused"),
    ),
    Rule(
        "2e.2 secrets",
        "learning nonce or secret from what travels",
        "",
        _STATE(
            "secret_nonce_and_state_differ",
            "secret_and_nonce_cannot_be_had_without_the_key",
            "secret_and_nonce_cannot_be_had_from_the_state",
            "secret_cannot_be_had_from_the_nonce",
        )
        + _LOGIN("secret_of_the_browser_is_in_no_address"),
    ),
    Rule(
        "2e.2 nothing stored",
        "a login that writes: a flood of logins costs no database",
        "",
        _LOGIN("login_writes_nothing", "login_asks_the_platform_for_nothing"),
    ),
    Rule(
        "2e.3 cookie",
        "a login cookie that is not __Host-, Secure, HttpOnly, SameSite=None, Partitioned, short, and this login's own",
        "",
        _LOGIN(
            "ops_7_login_cookie_is_bound_to_this_host_and_this_frame",
            "browser_keeps_twenty_logins_at_most_and_the_oldest_goes",
        )
        + _STATE("two_logins_of_one_moment_differ"),
    ),
    Rule(
        "2e.4 way",
        "going on from a frame without looking what can prove the browser there; a window of its own goes on at once",
        "",
        _LOGIN("only_a_window_of_its_own_goes_on_at_once", "ops_7_framed_login_looks_at_cookies_first"),
    ),
    Rule(
        "2e.5 what is kept",
        "keeping anything but the secret, under any key but this login's",
        "",
        _STORAGE("framed_login_says_where_the_secret_may_go", "secret_is_another_for_every_login_and_in_no_state"),
    ),
    Rule(
        "2e.5 new window",
        "losing a parameter on the way to a new window",
        "",
        _LOGIN(
            "ops_7_new_window_keeps_every_parameter",
            "new_window_keeps_the_address_of_the_registration",
            "new_window_goes_on_to_the_platform",
        ),
    ),
    Rule(
        "2e.6 request",
        "an authorization request with more, less or anything else than the standard's parameters",
        "",
        _LOGIN(
            "authorization_request_holds_exactly_what_the_standard_asks",
            "message_hint_that_was_not_sent_is_not_asked_back",
            "hints_come_back_to_the_letter",
            "authorization_address_with_a_query_keeps_it",
        ),
    ),
    Rule(
        "2e.6 redirect_uri",
        "having the answer sent anywhere but to the one registered address",
        "",
        _RULES("answer_is_asked_at_one_address_whatever_the_target_is"),
    ),
    # The launch.
    Rule(
        "2f.0 form",
        "a post without state or token, with a parameter twice, by GET, or with its state in the address",
        "not_a_launch, login_malformed",
        _ATTACKS(
            "post_that_is_no_launch_is_refused",
            "spoiled_launch_is_refused",
            "repeated_form_parameter_is_refused",
            "launch_by_address_is_refused",
        )
        + _RULES("state_in_the_address_of_a_launch_does_not_count"),
    ),
    Rule(
        "2f.0 platform's error",
        "an error of the platform; one beside a token does not excuse the token",
        "platform_error",
        _ATTACKS("spoiled_launch_is_refused", "error_beside_a_token_does_not_excuse_the_token"),
    ),
    Rule(
        "2f.0 size",
        "a launch over 256 kB, or a token over 190,000 characters",
        "too_large, token_malformed",
        _ATTACKS("ops_8_request_that_is_too_large_is_refused", "token_that_is_nearly_too_large_is_refused"),
    ),
    Rule(
        "2f.0 flood",
        "more launches than one person or one registration makes",
        "too_many",
        _LIMITS("one_person_who_floods_the_launch_is_stopped_and_nobody_else"),
    ),
    Rule(
        "2f.1 age of the state",
        "a state older than ten minutes, or from the future",
        "state_expired",
        _STATE("state_expires")
        + _ATTACKS("state_of_ten_minutes_and_a_second_is_refused", "state_from_the_future_is_refused"),
    ),
    Rule(
        "2f.2 shape",
        "what is no token of three pieces of strict base64url, or no JSON object, or nested without end",
        "token_malformed",
        _ATTACKS(
            "what_is_no_token_is_refused",
            "token_in_another_spelling_is_refused",
            "signature_in_another_spelling_is_refused",
            "header_that_cannot_be_read_is_refused",
            "payload_that_cannot_be_read_is_refused",
        )
        + _RULES(
            "optional_claim_of_any_shape_never_breaks_the_tool",
            "nested_text_in_a_custom_parameter_never_breaks_the_tool",
        ),
    ),
    Rule(
        "2f.2 algorithm",
        "any algorithm but RS256, none included, and extensions that must be understood",
        "algorithm_refused, token_malformed",
        _ATTACKS(
            "other_algorithm_is_refused",
            "rs512_with_a_right_signature_is_refused",
            "hs256_with_the_key_set_as_a_secret_is_refused",
            "extension_that_must_be_understood_is_refused",
        ),
    ),
    Rule(
        "2f.2 key id",
        "a token that names no key, or one that the platform does not have",
        "key_id_missing, key_unknown",
        _CERTIFICATION("b1_no_key_id_is_refused", "b2_incorrect_key_id_is_refused")
        + _ATTACKS("strange_key_id_is_refused"),
    ),
    Rule(
        "2f.2 signature",
        "a signature of another key, for other claims, cut, empty, or by a key that the token itself brings",
        "signature_wrong",
        _ATTACKS(
            "spoiled_launch_is_refused",
            "empty_signature_is_refused",
            "claims_changed_after_signing_are_refused",
            "key_in_the_header_is_ignored_under_the_platforms_name",
            "key_in_the_header_is_ignored_under_its_own_name",
        ),
    ),
    Rule(
        "2f.2 registration",
        "a launch with the state of another registration, tenant or client",
        "issuer_different, audience_different, key_unknown",
        _ATTACKS(
            "ops_5_state_of_another_registration_is_refused",
            "ops_5_token_for_another_client_of_the_same_issuer_is_refused",
        ),
    ),
    Rule(
        "2f.2 required claims",
        "a launch without issuer, audience, person, times, nonce, version, message, deployment, target, link or roles",
        "claim_missing",
        _ATTACKS("spoiled_launch_is_refused")
        + _CERTIFICATION(
            "b6_each_missing_lti_claim_is_refused", "b12_no_user_is_refused", "b9_no_roles_claim_is_refused"
        ),
    ),
    Rule(
        "2f.2 types",
        "a required claim of another type than the standard's",
        "claim_malformed",
        _RULES("required_claim_of_another_type_is_refused", "role_that_stands_alone_as_a_text_gives_nothing")
        + _ATTACKS("time_that_is_no_time_is_refused", "audience_or_issuer_that_differs_is_refused"),
    ),
    Rule(
        "2f.2 text",
        "an id that is blank, too long, or holds what is not text",
        "claim_malformed",
        _ATTACKS("id_that_is_not_text_is_refused"),
    ),
    Rule(
        "2f.2 issuer and audience",
        "another issuer or audience, to the letter",
        "issuer_different, audience_different",
        _ATTACKS("audience_or_issuer_that_differs_is_refused"),
    ),
    Rule(
        "2f.2 authorized party",
        "several audiences without azp, or an azp that is not us",
        "audience_different",
        _ATTACKS("audience_or_issuer_that_differs_is_refused"),
    ),
    Rule(
        "2f.2 times",
        "a token that expired, is not valid yet, is over ten minutes old or lives over a day; a minute of leeway",
        "token_expired, token_from_future, token_too_old, token_lives_too_long",
        _ATTACKS("times_beyond_the_leeway_are_refused"),
    ),
    Rule(
        "2f.2 nonce",
        "a nonce that is not the one of this state",
        "nonce_different",
        _ATTACKS("spoiled_launch_is_refused", "nonce_of_another_login_is_refused"),
    ),
    Rule(
        "2f.2 message",
        "another version or another message than a resource link",
        "version_refused, message_type_refused",
        _ATTACKS("spoiled_launch_is_refused") + _CERTIFICATION("b3_wrong_version_is_refused"),
    ),
    Rule(
        "2f.2 deployment",
        "a deployment that is not approved, is another registration's, or is not the one of the login",
        "deployment_waiting, deployment_different",
        _DEPLOYMENTS(
            "new_deployment_waits_and_nothing_else_is_kept",
            "deployment_that_waits_goes_on_waiting_as_one_row",
            "ops_5_deployment_of_another_registration_does_not_count",
        )
        + _SESSIONS("launch_cannot_come_in_by_the_deployment_of_another_registration")
        + _LOGIN("deployment_named_at_the_login_binds_the_launch")
        + _RULES("deployment_named_twice_at_the_login_is_the_standards_own"),
    ),
    Rule(
        "2f.2 target",
        "another target than the one of the login",
        "target_different",
        _LOGIN("launch_to_another_target_than_the_login_is_refused"),
    ),
    Rule(
        "2f.2 second opinion",
        "what the LTI library finds fault with; it admits nothing",
        "claim_malformed, version_refused",
        _RULES("library_that_finds_fault_refuses", "library_that_is_content_admits_nothing"),
    ),
    Rule(
        "2f.2 script",
        "script in any claim: it is text, or nothing, on every page",
        "",
        _RULES("script_in_any_claim_is_text_or_nothing_on_every_page")
        + _ATTACKS("name_is_shown_as_text", "script_in_a_students_name_is_escaped_on_the_teachers_board")
        + _LOGIN("script_in_a_parameter_is_escaped"),
    ),
    Rule(
        "2f.2 roles",
        "the rights of a role that is not of this course",
        "",
        _ROLES("ops_6_what_is_no_role_in_this_course_counts_for_nothing")
        + _SESSIONS("ops_6_role_that_is_not_instructor_of_the_course_shows_no_board")
        + _ATTACKS("ops_6_any_value_of_any_claim_is_refused_or_gives_the_right_role"),
    ),
    Rule(
        "2f.3 replay",
        "a login that opened a session before: reloaded, with another token, at the same moment, after leaving",
        "replayed",
        _ATTACKS(
            "reloaded_launch_is_refused",
            "replayed_launch_is_refused",
            "another_token_for_a_used_login_is_refused",
            "two_posts_of_one_launch_at_the_same_moment_open_one_session",
            "replay_after_leaving_is_refused",
            "replay_with_another_spelling_of_the_state_is_refused",
            "replay_after_the_session_is_erased_is_refused",
        )
        + _RULES("login_that_was_used_stays_used_when_ended_visits_are_erased")
        + _STORAGE("ticket_and_cookie_of_one_login_open_one_session"),
    ),
    Rule(
        "2f.4 browser",
        "a launch in another browser than the one that began the login",
        "cookie_missing, cookie_different",
        _ATTACKS("launch_in_another_browser_is_refused", "cookie_of_another_login_is_refused"),
    ),
    Rule(
        "2f.5 ticket",
        "a page that asks the storage before everything else was checked, or that holds anything personal",
        "",
        _STORAGE(
            "spoilt_launch_without_a_cookie_is_refused_and_gets_no_ticket",
            "launch_without_a_cookie_asks_the_platform_and_opens_nothing",
            "page_that_asks_holds_nothing_personal_that_can_be_read",
        ),
    ),
    Rule(
        "2f.5 sealed",
        "a ticket that is not ours, was changed, is older than a minute, or was used",
        "state_invalid, state_expired, replayed",
        _STORAGE(
            "changed_or_cut_ticket_is_refused",
            "what_the_tool_sealed_for_something_else_is_no_ticket",
            "ticket_of_another_tool_is_refused",
            "ticket_works_for_a_minute",
            "fresh_ticket_does_not_lengthen_the_login",
            "ticket_works_once",
            "launch_is_checked_again_when_its_ticket_comes_back",
        )
        + _RULES("ticket_that_nobody_sealed_is_refused"),
    ),
    Rule(
        "2f.5 value",
        "any value but the secret of this login",
        "storage_different",
        _STORAGE(
            "wrong_value_is_refused",
            "value_that_is_nearly_or_nothing_like_the_secret_is_refused",
            "value_of_another_login_is_refused",
            "value_of_another_browser_does_not_open_the_ticket_of_this_one",
        )
        + _BROWSER("value_of_somebody_else_lets_nobody_in"),
    ),
    Rule(
        "2f.5 brought by us",
        "a ticket that another site brings",
        "form_refused",
        _STORAGE(
            "ops_7_ticket_brought_by_another_site_is_refused",
            "ticket_that_does_not_say_where_it_comes_from_lets_nobody_in",
        ),
    ),
    Rule(
        "2f.5 used already",
        "a launch with storage that is loaded again, before the platform is asked",
        "replayed",
        _STORAGE("reload_of_a_launch_with_storage_says_that_it_was_used"),
    ),
    Rule(
        "2f.6 cookie that differs",
        "another cookie than the login's, everywhere and always; storage is then not asked",
        "cookie_different",
        _STORAGE("cookie_that_is_there_and_differs_is_refused_everywhere"),
    ),
    # Keys.
    Rule(
        "keys may sign",
        "a key for encryption, for another algorithm, of another kind, with its private half, or too short",
        "key_unknown",
        _ATTACKS("key_that_may_not_sign_is_refused")
        + _RULES(
            "key_of_nearly_enough_bits_may_not_sign",
            "key_with_an_exponent_that_proves_nothing_may_not_sign",
            "key_of_far_too_many_bits_is_slow_for_nobody",
        ),
    ),
    Rule(
        "keys of one platform",
        "a key of another platform",
        "key_unknown",
        _RULES("key_of_a_platform_that_we_know_opens_nothing_at_another")
        + _KEYS("keys_of_one_platform_open_nothing_at_another"),
    ),
    Rule(
        "keys endpoint",
        "an endpoint that fails, hangs, drips, redirects, sends HTML, too much, or no key set",
        "keys_unavailable",
        _KEYS("answer_that_is_no_key_set_is_given_up_soon", "launch_while_the_platform_hangs_is_refused_calmly")
        + _OUTBOUND("redirect_is_not_followed", "answer_that_is_too_large_is_dropped"),
    ),
    Rule(
        "keys address",
        "an address that is not public https, however it is written or looked up",
        "keys_unavailable",
        _KEYS("loopback_is_not_asked_unless_that_is_allowed", "address_that_no_platform_has_is_not_asked")
        + _OUTBOUND(
            "name_of_an_address_that_is_not_public_is_never_called",
            "localhost_that_is_somewhere_else_is_refused",
            "name_is_looked_up_once_so_that_a_second_answer_cannot_differ",
        ),
    ),
    Rule(
        "keys rotation",
        "keeping a new key out, or a withdrawn one in",
        "key_unknown",
        _RULES("platform_turns_its_keys_and_nobody_notices")
        + _KEYS(
            "new_key_of_the_platform_comes_in",
            "platform_may_change_its_keys_right_after_it_was_asked",
            "withdrawn_key_is_refused_once_the_set_is_read_again",
        ),
    ),
    Rule(
        "keys cooldown",
        "asking again within a minute for a key that is not there, or within 20 seconds a platform that is away",
        "key_unknown",
        _KEYS(
            "unknown_key_is_asked_for_once_a_minute_by_all_workers_together",
            "platform_that_does_not_answer_is_asked_once_a_minute",
            "platform_that_did_not_answer_is_left_alone_for_twenty_seconds",
            "flood_of_unknown_key_ids_writes_nothing",
        )
        + _RULES("of_two_workers_that_miss_a_key_at_the_same_moment_one_asks"),
    ),
    Rule(
        "keys stale-if-error",
        "turning people away because the platform's endpoint is: known keys are used for a day more, and no longer",
        "keys_unavailable",
        _RULES(
            "known_keys_are_used_while_the_endpoint_answers_badly",
            "unknown_key_while_the_platform_is_away_is_told_as_what_may_pass",
        )
        + _KEYS(
            "keys_are_used_for_a_day_more_while_the_platform_does_not_answer",
            "keys_are_used_no_longer_than_a_day_more",
        ),
    ),
    Rule(
        "keys freshness",
        "keeping a set for less than ten minutes or more than a day, or more than fifty keys",
        "",
        _KEYS("keys_are_fresh_as_long_as_the_platform_says_within_bounds", "only_the_first_fifty_keys_are_kept"),
    ),
    # After the launch.
    Rule(
        "2g token",
        "a token that can be guessed, or had from the database, a log line or a link",
        "",
        _SECRETS("secret_is_43_characters_that_are_safe_in_an_address", "ids_and_secrets_never_come_twice")
        + _SESSIONS("neither_token_nor_cookie_is_stored")
        + _RULES("token_of_a_visit_is_sent_nowhere_but_in_its_own_address")
        + _LOGS("log_3_log_lines_hold_routes_and_no_addresses"),
    ),
    Rule(
        "2g binding",
        "an address in another browser; without cookies, in another kind of browser",
        "session_ended",
        _SESSIONS("address_in_another_browser_opens_nothing", "address_with_the_cookie_of_another_visit_opens_nothing")
        + _STORAGE(
            "right_value_lets_in_and_sets_no_cookie",
            "address_in_another_kind_of_browser_opens_nothing",
            "visit_without_a_cookie_is_not_opened_by_one",
            "visit_with_a_cookie_is_not_opened_by_the_kind_of_browser",
        ),
    ),
    Rule(
        "2g end",
        "a visit after two hours without a page, after twelve hours, or after leaving",
        "session_ended",
        _SESSIONS(
            "session_ends_after_two_hours_without_a_page",
            "session_in_use_ends_after_twelve_hours",
            "ext_4_leaving_works_on_the_address_alone",
        ),
    ),
    Rule(
        "2g side by side",
        "two visits of one browser that mix",
        "",
        _SESSIONS(
            "student_and_teacher_side_by_side_never_mix",
            "ops_6_session_keeps_the_role_of_its_own_launch",
            "browser_keeps_twenty_sessions_and_the_oldest_goes",
            "ops_7_session_cookie_is_bound_to_this_host_and_this_frame",
        )
        + _BROWSER("two_people_without_cookies_side_by_side_do_not_mix"),
    ),
    Rule(
        "2g forms",
        "a press without this visit's form token, or from another site",
        "form_refused",
        _SESSIONS(
            "ops_8_press_without_the_form_token_is_refused",
            "ops_8_press_with_the_form_token_of_another_visit_is_refused",
            "ops_8_press_from_another_site_is_refused",
            "ops_8_press_on_our_own_page_arrives",
        )
        + _ROUTES("only_a_platform_may_post_from_another_site"),
    ),
    Rule(
        "2g framing",
        "another site than the platform around a person's page",
        "",
        _SESSIONS(
            "ops_7_only_the_platform_may_frame_a_visit",
            "ops_7_way_back_cannot_write_into_the_policy",
            "pages_that_are_about_nobody_may_be_framed_anywhere",
        )
        + _WAYS_OUT("ops_7_a_foreign_site_cannot_frame_a_persons_page")
        + _REGISTRATION("page_is_framed_by_the_platform_alone"),
    ),
    Rule(
        "2g no trace",
        "a page that caches keep, an address that a referrer tells, a script that keeps anything in the browser",
        "",
        _SESSIONS("ops_7_only_the_platform_may_frame_a_visit")
        + _RULES(
            "no_script_of_ours_keeps_anything_in_the_browser_or_runs_text",
            "links_to_other_sites_in_a_window_of_their_own_cannot_reach_back",
        ),
    ),
    # The library.
    Rule(
        "library 12 tokens",
        "an access token that is asked for, or kept, in the name of another registration (none is kept yet)",
        "",
        _TOKENS(
            "assertion_says_who_asks_whom_and_lives_five_minutes",
            "assertion_is_addressed_to_whom_the_registration_names",
        ),
    ),
    Rule(
        "library 16 parameters",
        "a cookie page that loses a parameter",
        "",
        _LOGIN("ops_7_new_window_keeps_every_parameter"),
    ),
    Rule(
        "library 18 query",
        "a second question mark in the authorization address",
        "",
        _LOGIN("authorization_address_with_a_query_keeps_it"),
    ),
    Rule(
        "library 25 unknown issuer",
        "an unknown issuer that breaks the tool",
        "unknown_registration",
        _LOGIN("unknown_issuer_is_not_found"),
    ),
    Rule(
        "library 27 words of errors",
        "the words of a platform or a person in a log line",
        "",
        _LOGS("log_4_error_is_logged_without_its_words", "log_3_error_of_the_platform_is_not_logged_in_its_words"),
    ),
    Rule(
        "library 28 roles",
        "rights from a role in the institution; a teaching assistant is staff",
        "",
        _ROLES("roles_from_elsewhere_change_nothing_wherever_they_stand", "spelling_of_instructor"),
    ),
    Rule(
        "library 30 cookies",
        "anything of a launch in a cookie, or one cookie for all",
        "",
        _RULES("launch_sets_the_sessions_cookie_and_no_other"),
    ),
    Rule(
        "library 32 own keys",
        "a rotation of our keys that turns anybody away",
        "",
        _TOOL_KEYS(
            "launches_go_on_while_keys_rotate",
            "token_of_the_retiring_key_is_accepted_with_the_keys_of_today_and_of_yesterday",
        ),
    ),
    Rule(
        "library 34 registration",
        "a registration whose addresses are not its issuer's, or are not public",
        "",
        _REGISTRATION(
            "configuration_speaks_for_its_own_issuer_only",
            "configuration_with_a_fault_connects_nothing",
            "address_that_no_platform_has_is_never_called",
            "invite_that_is_not_valid_opens_nothing",
        ),
    ),
)


_OPENING = """# The rules of the front door, and what attacks them

Nobody comes in without proof. Each line is a rule: what does not happen, the reason code on the person's page and in
the log, and the tests that try it. A reason of `-` means that nobody is told anything. So that we know the tests bite,
each rule was broken in the code on purpose, and a test named here failed.

The page is made from `tests/front_door/rules.py` by `python -m tests.front_door.rules`; a test holds the two together.
What the front door does not do yet: [decision 16](decisions/0016-what-the-front-door-does-not-do-yet.md)."""


def page() -> str:
    """Write the list as a page."""
    parts = [_OPENING]
    for section, title in SECTIONS.items():
        parts += [f"\n## {title}\n", "| Rule | What does not happen | Reason | Tests |", "|---|---|---|---|"]
        for rule in RULES:
            if rule.name.startswith(section):
                tests = "<br>".join(f"`{test}`" for test in rule.tests)
                codes = ", ".join(f"`{code}`" for code in rule.reason.split(", ") if code) or "-"
                parts.append(f"| {rule.name} | {rule.refused} | {codes} | {tests} |")
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
