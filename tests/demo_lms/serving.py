"""Serves the demo LMS so that its answers give one date: its own, which may be wrong on purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.serving import BaseWSGIServer


class _OneDate(WSGIRequestHandler):
    """Leaves the `Date` to the application; the server of the standard library adds the computer's."""

    def send_response(self, code: int, message: str | None = None) -> None:
        """Begin the answer."""
        self.log_request(code)
        self.send_response_only(code, message)
        self.send_header("Server", self.version_string())


def make_lms_server(app: Flask, host: str, port: int, fd: int | None = None) -> BaseWSGIServer:
    """Make a server for the demo LMS, with a thread for each request; `fd` is a socket that listens already."""
    return make_server(host, port, app, threaded=True, request_handler=_OneDate, fd=fd)
