"""Writing for oneself, and sharing it with exactly the people one chooses.

A student answers questions for nobody, or for a made-up person, and may leave them empty. What they write is theirs
alone: no teacher, coordinator or page of somebody else shows it, or shows that it is there. They may share a note with
their group, with some of it, or with one teacher, see the names before they do, and take it back in one press. The
decision aid helps to choose whether to tell something at all. Who may read is said in :mod:`lti_tool.sharing.policy`.
"""
