"""A learning platform in miniature, to try Rugzak with: invented people, real signed LTI 1.3 launches.

It is a website for people (`make demo`), and a library for tests: `platform` (who is who, and what a launch says),
`knobs` (spoiled launches), `registration` (Registrar) and `tokens` (TokenEndpoint) know no web framework.
A test that serves the website uses `serving.make_lms_server`.

What the addresses take, each with the ordinary value first:

`/course/<course>/link/<link>`, `/two` (`left`, `right`, `place=<course>/<link>`) and `/launch` (`course`, `link`):

- `person`: a name of PEOPLE; `lang`: nl, en; `where`: frame, window; `login`: post, get; `knob`: none, or one of KNOBS
- `storage`: off, parent, frame, capabilities, and the faults silent, wrong_origin (the named frame hears the tool, and
  then answers as a page of another origin), foreign_frame (the named frame is of another origin from the start, and
  answers all it hears), wrong_id, wrong_key, error, wrong_value, forgets
- `storage_from`: login, launch (the fault of `storage` spares the login: only `lti.get_data` meets it)
- `frame`: listening, off (lti.frameResize and requestFullWindowLaunch)
- `look`: plain, contrast, brand
- `parts`: sent (the ids of groups and sections, as Canvas fills them in), unresolved (the variables by name), silent
- `deployment`: 1 (the one that the tool knows), 2, 3 (sent under these very ids)
- `tool`: none, or the client id of a tool that registered itself and is activated

`/admin/register`: `url`; `family`: moodle, canvas; `container`: frame, popup; `tool`: none, or the client id of a
Moodle-like tool to update; `configuration_fault` and `registration_fault`: none, or a fault as below.

`/openid-configuration`: `family`; `fault`: other_issuer, no_endpoint, http_endpoint, html, huge, slow, redirect,
not_json; `registration_fault`: goes on to the registration endpoint. The Canvas-like one wants the registration token.

`POST /register`: `fault`: 400, 401, 500, slow, no_client_id, fewer_scopes.

`POST /admin/activate` (`client_id`), `/admin/rotate` (`keep`: yes, no), `/admin/clock` (`skew`: seconds).

A course page tells tests what it heard: `window.rugzakMessages`, a list of {subject, origin, answered}, and
`window.storedKeys()`. Registered tools live as long as the process.
"""
