"""What is kept, and for how long. For everybody whose data this is.

The worker erases every hour what has passed its date; ``privacy sweep`` does it at once.
"""
