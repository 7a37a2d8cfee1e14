"""For coordinators: the places to go at their own institution.

A coordinator fills in the cards; everybody of the institution sees them on the pages with contacts. They are about
functions and the people who have them, and never about a student.
"""
