"""Rugzak: an LTI 1.3 tool with a learning line in experiential knowledge for students of social work.

The package is a house of rooms; ``docs/house.svg`` draws it. A room is one feature a user would name. Imports go down
only: doors (``app``, ``cli``) > ``launch`` > rooms > ``curriculum`` > ``people`` > ``lti`` > ``web`` > ``kernel``.
"""
