"""What an LMS and the tool agree on: who may launch, how a launch is proved, and whose keys count.

Nothing here opens a page. A launch is checked completely and in a fixed order, and what is wrong with it is one reason
(:mod:`lti_tool.lti.refusals`). This is the only floor that touches ``pylti1p3``.
"""
