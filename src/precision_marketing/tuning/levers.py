"""What the search may change: values beside the defaults, best levers first.

The defaults stand in `macros/scorers.sql`; what each setting does is in
docs/algorithms/. Values stand on both sides of the default where there are two sides.
Settings that trade quality for time or memory alone (factors, iterations, bounds) and
seeds are not searched; nor are the content scorers', whose terms are made from the
settings in force.
"""

from typing import TypeAlias

# Setting to the values tried besides the current one, in this order.
Levers: TypeAlias = dict[str, tuple[float | str, ...]]

LEVERS: dict[str, Levers] = {
    "item_cosine": {
        # How much popular targets are held back: least where histories are short.
        "target_exponent": (0.4, 0.5, 0.3),
        # Whether long histories count as much as short ones.
        "user_degree_exponent": (0.25, 0.75),
        "source_exponent": (0.4, 0.3),
        # None for dense data, more where pairs rest on one or two users.
        "shrinkage": (0.0, 50.0),
        "similarity": ("euclidean",),
        "neighbors": (100, 500),
    },
    # 1 is no decay; 0.5 is nearly the last day alone.
    "item_cosine_recent": {"decay": (0.9, 0.5, 1.0)},
    "user_cosine": {
        # Long histories as sources: short-history sets want the lower exponents.
        "source_exponent": (0.5, 0.6),
        "popularity_exponent": (0.0, 0.15),
        "item_degree_exponent": (0.0, 0.6),
        "neighbors": (200,),
        "similarity": ("euclidean",),
    },
    "spectral": {
        # How loud the first directions stay: 0.25 flattens them more.
        "spectrum_exponent": (0.5, 0.25),
        "decay": (1.0, 0.7),
        "item_degree_exponent": (0.4, 0.3),
        "rank": (256,),
        "neighbors": (500,),
    },
    "local_ridge": {
        "penalty": (30.0, 3.0),
        "decay": (1.0, 0.7),
        "penalty_exponent": (0.0,),
        "neighbors": (200,),
    },
    # A fit each: the dearest trials, so few.
    "ials": {
        "regularization": (0.015, 0.03),
        "decay": (1.0, 0.7),
        "unobserved_strength": (0.5, 2.0),
    },
    "ease": {"penalty": (300.0, 30.0)},
}
