"""Who has done what: the learner's way through the line, and the teacher's board.

A step is done when the student presses done; nothing else is looked at (promise 2). Stored is that it is done: not
when, not how long, not how often. Students see their own; teachers see, for the students of their course, done or not.
"""
