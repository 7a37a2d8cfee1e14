"""What every page has in common: its access rule, headers, layout, language, errors, and the one commit at the edge.

It knows pages and requests, and nothing of LTI or of people: who is behind a session is found by the floor above, which
the application factory plugs in.
"""
