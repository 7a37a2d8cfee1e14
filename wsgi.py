"""What a WSGI server runs: ``wsgi:app``."""

from __future__ import annotations

import sys

from config import SettingsError
from lti_tool.app import create_app
from lti_tool.kernel.errors import RugzakError

try:
    app = create_app()
except (SettingsError, RugzakError) as error:
    sys.exit(f"Rugzak cannot start: {error}")
