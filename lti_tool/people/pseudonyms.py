"""What to call somebody whose name the LMS does not send (STO-4).

A pseudonym is made from a hash of our own ids of the person and the course: the same at every launch and after a change
of keys, another in every course. Those ids are random and shown nowhere, so nobody without the database can tell who is
behind it. It is computed, never stored.
"""

from __future__ import annotations

from hashlib import sha256

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


def pseudonym(*, person_id: str, context_id: str | None, locale: str) -> str:
    """Return a tree and a number, such as *Berk 1402* (in English *Birch 1402*: the same tree).

    Two people in one course can meet by chance: in a course of 100, about one course in sixty.
    """
    drawn = int.from_bytes(sha256(f"pseudonym|{context_id}|{person_id}".encode()).digest()[:8], "big")
    trees = _LISTS[locale]
    return f"{trees[drawn % len(trees)]} {1000 + drawn // len(trees) % 9000}"
