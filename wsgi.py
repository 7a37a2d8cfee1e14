"""What a WSGI server runs: ``wsgi:app``."""

from __future__ import annotations

import os
import sys

from config import SettingsError
from lti_tool.app import STANDING, create_app
from lti_tool.kernel.errors import RugzakError

try:
    app = create_app()
    if os.environ.get("FLASK_RUN_FROM_CLI") != "true":
        # A server that cannot show the places to go does not start. Commands do: one of them says what is wrong.
        app.extensions[STANDING]()
except (SettingsError, RugzakError) as error:
    sys.exit(f"Rugzak cannot start: {error}")
