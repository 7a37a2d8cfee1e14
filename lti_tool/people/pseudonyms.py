"""What to call somebody whose name the LMS does not send (STO-4).

A pseudonym is made from a keyed hash of the person and the course: the same at every launch, another in every course,
and nobody without the master key can tell who is behind it. It is computed, never stored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lti_tool.kernel.key_ring import KeyRing

_TREES = {
    "nl": (
        "Berk Beuk Ceder Den Eik Els Es Esdoorn Haagbeuk Hazelaar Hulst Iep Jeneverbes Kastanje Kers Kornoelje Lariks "
        "Laurier Linde Lijsterbes Meidoorn Mispel Olijf Peer Plataan Populier Spar Taxus Amberboom Vlier Walnoot Wilg"
    ),
    "en": (
        "Birch Beech Cedar Pine Oak Alder Ash Maple Hornbeam Hazel Holly Elm Juniper Chestnut Cherry Dogwood Larch "
        "Laurel Linden Rowan Hawthorn Medlar Olive Pear Plane Poplar Spruce Yew Sweetgum Elder Walnut Willow"
    ),
}
_LISTS = {locale: tuple(words.split()) for locale, words in _TREES.items()}


def pseudonym(key_ring: KeyRing, *, person_id: str, context_id: str | None, locale: str) -> str:
    """Return a tree and a number, such as *Berk 1402* (in English *Birch 1402*: the same tree).

    Two people in one course can meet by chance: in a course of 100, about one course in sixty.
    """
    drawn = int.from_bytes(key_ring.mac("pseudonym", f"{context_id}|{person_id}".encode())[:8], "big")
    trees = _LISTS[locale]
    return f"{trees[drawn % len(trees)]} {1000 + drawn // len(trees) % 9000}"
