"""For coordinators: the places to go at their own institution.

A coordinator fills in the cards; everybody of the institution sees them, on the page with contacts, in the step that
tells where to go, and two of them at the foot of every page. They are about functions and the people who have them, and
never about a student. Who is missing is said plainly to students too. Nobody can see who filled in what.
"""
