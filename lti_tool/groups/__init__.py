"""Small groups: who is with whom, what they agree on, and what they make together.

A student sees the own group: its people, its agreements, its work. A teacher forms groups, sees whether the agreements
are complete and reads them then, and reads what a group handed in; a teacher comes to a group's own page only when it
asks, and the group sees that. Nobody is asked why they want another group, and nothing here is about anybody's past.
"""
