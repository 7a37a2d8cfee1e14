"""Forming groups of about four, by chance. Pure.

Nothing about a person is used but their id, and a wish has no reason. What holds for every function here:

* Everybody is placed exactly once, whatever the wishes are. What could not be honoured stands in ``broken``, and
  nothing else does. No wish, however contradictory, is an error.
* The same members, wishes and seed give the same groups; the order in which they are handed over does not matter.
* Together is passed on: who belongs with Noor belongs with those who belong with Noor. A block of more than five (or
  than the size, where that is more) is cut. Where both cannot be had, apart goes before together.
* Wishes are repaired by moving one and by exchanging two, as long as that helps; this is no search for the best of all
  groups, so a wish can be left broken that somebody with an hour would have solved.
* Numbers of new groups are drawn, so that a number tells nothing about whose wishes were looked at first.

The order of chance is a hash of seed and id (as for pseudonyms): without the seed nobody can work the groups out.
"""

from lti_tool.groups.forming.outcome import BrokenWish, Formation, Wishes, WishKind
from lti_tool.groups.forming.proposal import Proposal, choose_nearest, from_proposal
from lti_tool.groups.forming.sizes import LARGEST, SIZES, SMALLEST, count_groups
from lti_tool.groups.forming.ways import Way, form_again, form_groups, place_latecomers

__all__ = [
    "LARGEST",
    "SIZES",
    "SMALLEST",
    "BrokenWish",
    "Formation",
    "Proposal",
    "Way",
    "WishKind",
    "Wishes",
    "choose_nearest",
    "count_groups",
    "form_again",
    "form_groups",
    "from_proposal",
    "place_latecomers",
]
