"""The root of the tool's own errors."""


class RugzakError(Exception):
    """Something a person can put right. The message is one sentence for them, and holds no names and no text."""
