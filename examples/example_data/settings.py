"""What is fixed about the example shop, and the settings a caller may choose."""

from dataclasses import dataclass

import numpy as np

DAY = 86_400  # seconds; every time inside the generator is int64 seconds, UTC
HOUR = 3_600


def seconds(text: str) -> int:
    """Return a UTC date or date-time as seconds since 1970.

    Examples
    --------
    >>> seconds("1970-01-02")
    86400
    """
    return int(np.datetime64(text, "s").astype("int64"))


# The shop's events lie in [START, END). Fixed, never "now": the same seed gives the
# same bytes on any day.
START = seconds("2025-01-01")
END = seconds("2025-07-01")
DAY_COUNT = (END - START) // DAY

LATENT_DIMENSIONS = 8  # of tastes and of items
DEFAULT_USERS = 900
DEFAULT_EVENTS_PER_USER = 20.0
DEFAULT_SEED = 20250101
MINIMUM_USERS = 50
MINIMUM_ITEMS = 50


@dataclass(frozen=True)
class Settings:
    """Size and seed of one example shop.

    Attributes
    ----------
    users : int
        Customers, at least 50.
    items : int
        Products, at least 50.
    events_per_user : float
        Events per user without those of campaigns, on average and approximately.
    seed : int
        Seed of every random stream, >= 0.
    """

    users: int
    items: int
    events_per_user: float
    seed: int

    def __post_init__(self) -> None:
        """Refuse what would not make a shop, naming the setting."""
        if self.users < MINIMUM_USERS:
            raise ValueError(
                f"users must be at least {MINIMUM_USERS}, not {self.users}"
            )
        if self.items < MINIMUM_ITEMS:
            raise ValueError(
                f"items must be at least {MINIMUM_ITEMS}, not {self.items}"
            )
        if not 4 <= self.events_per_user <= 500:
            raise ValueError(
                f"events_per_user must be from 4 to 500, not {self.events_per_user:g}"
            )
        if self.seed < 0:
            raise ValueError(f"seed must be 0 or more, not {self.seed}")


def default_items(users: int) -> int:
    """Return how many products a shop with this many users has.

    Examples
    --------
    >>> default_items(900), default_items(20_000), default_items(1_000_000)
    (200, 2000, 20000)
    """
    return int(np.clip(users // 10, 200, 20_000))
