"""What students open and press in their own group, and what teachers see and change of all of them.

The page of a group is its members' own. A teacher has another page, and comes to this one only when the group asks.
"""

from __future__ import annotations

from lti_tool.groups import kept as _kept
from lti_tool.groups.views import agreements as _agreements
from lti_tool.groups.views import forming as _forming
from lti_tool.groups.views import group_page as _group_page
from lti_tool.groups.views import overview as _overview
from lti_tool.groups.views import own_group as _own_group
from lti_tool.groups.views import plan as _plan
from lti_tool.groups.views import product as _product
from lti_tool.groups.views import student as _student
from lti_tool.groups.views.blueprint import groups

__all__ = ["groups"]

# They add their pages to the blueprint, and say what is kept, when they are imported.
_ = _kept, _agreements, _forming, _group_page, _overview, _own_group, _plan, _product, _student
