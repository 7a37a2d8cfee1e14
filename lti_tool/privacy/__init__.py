"""My data: what is kept of somebody, until when and why, for them to see, take along and erase. It is theirs alone.

The worker erases every hour what has passed its date; ``privacy sweep`` does it at once.
"""
