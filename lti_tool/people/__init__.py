"""Who is here: a person, the course they came from, the role they have in it, and the session of this visit.

Of a person we keep the id that the LMS uses, the name if the LMS sends one, and the role in each course (STO-3). A role
comes from the signed launch and counts in that one course. What each role may do stands on one screen:
:mod:`lti_tool.people.permissions`.
"""
