"""The front door: what an LMS calls.

It lets somebody in who was sent, once, with proof; everybody else gets a page that says in plain words what happened
and what to do.
"""
