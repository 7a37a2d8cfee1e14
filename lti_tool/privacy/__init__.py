"""What is kept, and for how long. For everybody whose data this is.

``privacy sweep`` erases what has passed its date; whoever runs the tool lets it run every hour.
"""
