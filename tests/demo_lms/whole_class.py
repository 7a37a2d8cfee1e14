"""Lets the whole class of the demo come in once, so that a teacher meets 26 students and not an empty list.

Each comes through the front door, as with a browser in a window of its own: a login at the tool, a signed launch with
the cookie of that login, and out again. The two cookies are carried by hand: they are for https, and here is none.
"""

from __future__ import annotations

import http.client
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.demo_lms.people import CLASS, COURSES, PEOPLE
from tests.demo_lms.settings import HOST, DemoError, Settings

if TYPE_CHECKING:
    from tests.demo_lms.platform import Platform

AT_ONCE = 2
"""As many as the tool has workers."""
_TIMEOUT = 20
_BROWSER = {
    "User-Agent": "demo-lms",
    "Accept-Language": "nl",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Site": "cross-site",
    "Content-Type": "application/x-www-form-urlencoded",
}


def let_class_in(platform: Platform, settings: Settings, login_url: str) -> None:
    """Launch every student of the first course once; raises DemoError when one of them cannot come in."""
    with ThreadPoolExecutor(AT_ONCE) as several:
        for _ in several.map(lambda name: _come_and_go(platform, settings, login_url, name), CLASS):
            pass


def _come_and_go(platform: Platform, settings: Settings, login_url: str, name: str) -> None:
    course = COURSES["sw1"]
    target = f"{settings.tool_url}/lti/launch"
    tool = http.client.HTTPConnection(HOST, settings.port, timeout=_TIMEOUT)
    try:
        place, cookies = _post(tool, login_url, platform.login_fields(target, name), HTTPStatus.FOUND)
        asked = {key: values[0] for key, values in parse_qs(urlsplit(place).query).items()}
        launch = platform.launch(
            PEOPLE[name],
            course,
            course.links["line"],
            state=asked["state"],
            nonce=asked["nonce"],
            target_link_uri=target,
            now=settings.clock(),
            document_target="window",
            parts="sent",
        )
        place, cookies = _post(tool, target, launch.fields(), HTTPStatus.SEE_OTHER, cookies)
        tool.request("GET", f"{urlsplit(place).path.rstrip('/')}/leave", headers=_headers(settings.tool_url, cookies))
        tool.getresponse().read()
    except (OSError, http.client.HTTPException, KeyError) as error:
        raise DemoError(f"The class of the demo could not come in: {error!r}") from error
    finally:
        tool.close()


def _post(
    tool: http.client.HTTPConnection, url: str, fields: dict[str, str], wanted: HTTPStatus, cookies: str = ""
) -> tuple[str, str]:
    """Post a form, and give where the answer sends the browser, and the cookies that it sets."""
    tool.request("POST", urlsplit(url).path, urlencode(fields), _headers(url, cookies))
    answer = tool.getresponse()
    answer.read()
    if answer.status != wanted:
        raise DemoError(f"The class of the demo could not come in: the tool answered with {answer.status}.")
    kept = SimpleCookie()
    for header in answer.headers.get_all("Set-Cookie", ()):
        # Before Python 3.14 the reader stops at an attribute that it does not know.
        kept.load(header.partition(";")[0])
    return answer.headers["Location"], "; ".join(f"{one.key}={one.value}" for one in kept.values())


def _headers(url: str, cookies: str) -> dict[str, str]:
    return {**_BROWSER, "Host": urlsplit(url).netloc, **({"Cookie": cookies} if cookies else {})}
