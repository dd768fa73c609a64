"""Seconds and memory of the same cosine work in several engines.

The work: the 100 nearest items of every item by plain cosine, then the 20 best unseen
items of every user by the sum of similarities over those lists.
"""

NEIGHBORS = 100
TOP_ITEMS = 20
