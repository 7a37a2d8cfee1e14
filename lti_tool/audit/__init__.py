"""Who opened what somebody else shared. For whoever shared it, and for nobody else.

Each time somebody opens a text that another person shared, one line is written: who opened it, which share, whose it
is, when, and as what (a member of the group, somebody who was chosen, a teacher). People stand in it as random ids;
there is no name and no text in it, and nothing that anybody typed. Whoever shared finds on My data on which days what
they shared was opened. Nobody has a screen with this list: no student, no teacher, no coordinator. A line is kept for
twelve months, and nobody can change or take out one unnoticed.
"""
