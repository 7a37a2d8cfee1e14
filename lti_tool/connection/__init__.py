"""Connecting a learning environment with the tool, and looking after the connection.

For its administrator: they connect it with an invite, read what to press next in their own learning environment, and
keep a secret address where they see whom the connection lets in, when it last worked and what went wrong. Nothing here
is about a student or a teacher.
"""
