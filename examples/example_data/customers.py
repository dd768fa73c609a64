"""The customers: tastes, activity, segment, consents, and how they can be reached."""

from dataclasses import dataclass

import numpy as np

from examples.example_data.catalogue import CATEGORIES
from examples.example_data.settings import DAY, END, LATENT_DIMENSIONS, START, seconds

SEGMENTS = ("regular", "enthusiast", "bargain hunter", "student", "family")
_SEGMENT_SHARES = (0.34, 0.12, 0.18, 0.16, 0.20)
# How strongly a campaign works on each segment, relative to its stated probability.
SEGMENT_RESPONSE = (1.0, 0.7, 1.5, 1.2, 0.6)
AGE_BANDS = ("18-24", "25-34", "35-49", "50-64", "65+")
COUNTRIES = ("DE", "AT", "CH", "NL", "FR")
_COUNTRY_SHARES = (0.55, 0.15, 0.12, 0.10, 0.08)

_TASTE_SPREAD = 0.8  # of a segment's center, and of a user around it
_ACTIVITY_SPREAD = 0.9  # of log activity: heavy tailed
_NEVER_BUYS_SHARE = 0.12


@dataclass(frozen=True)
class Customers:
    """Users as arrays; position is user_index.

    Attributes
    ----------
    taste : float64 array, shape (n_users, LATENT_DIMENSIONS)
        Inner product with an item's latent vector is the affinity.
    category_preference : float64 array, shape (n_users, n_categories)
        Added to the affinity of every item of a category (log scale).
    activity : float64 array, shape (n_users,)
        Relative number of sessions, mean about 1, heavy tailed.
    segment, age_band, country : int8 arrays, shape (n_users,)
        Index into `SEGMENTS`, `AGE_BANDS`, `COUNTRIES`; country -1 is unknown.
    signed_up_at, active_until : int64 arrays, shape (n_users,)
        Seconds since 1970; no own session after `active_until`.
    buys : bool array, shape (n_users,)
        False for those who look and never buy.
    email_consent, ads_consent, profiling_consent : int8 arrays, shape (n_users,)
        1 given, 0 refused, -1 never asked (null).
    has_bad_address, blocks_ads : bool arrays, shape (n_users,)
        No e-mail arrives; no advertisement is shown.
    """

    taste: np.ndarray
    category_preference: np.ndarray
    activity: np.ndarray
    segment: np.ndarray
    age_band: np.ndarray
    country: np.ndarray
    signed_up_at: np.ndarray
    active_until: np.ndarray
    buys: np.ndarray
    email_consent: np.ndarray
    ads_consent: np.ndarray
    profiling_consent: np.ndarray
    has_bad_address: np.ndarray
    blocks_ads: np.ndarray

    @property
    def user_count(self) -> int:
        """Number of users."""
        return len(self.activity)

    @property
    def active_share(self) -> np.ndarray:
        """Share of the data's time in which each user is a customer."""
        first = np.maximum(self.signed_up_at, START)
        return (self.active_until - first) / (END - START)

    @property
    def response(self) -> np.ndarray:
        """Factor on a campaign's response probability; 0 for those who never buy."""
        return np.array(SEGMENT_RESPONSE)[self.segment] * self.buys


def make_customers(rng: np.random.Generator, users: int) -> Customers:
    """Return `users` customers."""
    segment = rng.choice(len(SEGMENTS), users, p=_SEGMENT_SHARES)
    centers = rng.normal(0, _TASTE_SPREAD, (len(SEGMENTS), LATENT_DIMENSIONS))
    taste = centers[segment] + rng.normal(0, _TASTE_SPREAD, (users, LATENT_DIMENSIONS))
    preference = np.log(rng.gamma(0.8, 1.0, (users, len(CATEGORIES))) + 0.05)
    signed_up_at = _sign_up_times(rng, users)
    return Customers(
        taste=taste,
        category_preference=preference,
        activity=rng.lognormal(-(_ACTIVITY_SPREAD**2) / 2, _ACTIVITY_SPREAD, users),
        segment=segment.astype(np.int8),
        age_band=rng.integers(0, len(AGE_BANDS), users).astype(np.int8),
        country=np.where(
            rng.random(users) < 0.02,
            -1,
            rng.choice(len(COUNTRIES), users, p=_COUNTRY_SHARES),
        ).astype(np.int8),
        signed_up_at=signed_up_at,
        active_until=_last_active_times(rng, signed_up_at),
        buys=rng.random(users) >= _NEVER_BUYS_SHARE,
        email_consent=_consents(rng, users, given=0.80, refused=0.16),
        ads_consent=_consents(rng, users, given=0.76, refused=0.20),
        profiling_consent=_consents(rng, users, given=0.88, refused=0.09),
        has_bad_address=rng.random(users) < 0.02,
        blocks_ads=rng.random(users) < 0.12,
    )


def _sign_up_times(rng: np.random.Generator, users: int) -> np.ndarray:
    """Return sign-up times: three quarters before the data begins."""
    earlier = rng.integers(seconds("2023-01-01"), START, users)
    later = rng.integers(START, END - 20 * DAY, users)
    return np.where(rng.random(users) < 0.75, earlier, later)


def _last_active_times(
    rng: np.random.Generator, signed_up_at: np.ndarray
) -> np.ndarray:
    """Return when each user was last active: one in six leaves before the end."""
    first = np.maximum(signed_up_at, START) + DAY
    leaves = first + (rng.random(len(first)) * (END - first)).astype(np.int64)
    return np.where(rng.random(len(first)) < 1 / 6, leaves, END)


def _consents(
    rng: np.random.Generator, users: int, given: float, refused: float
) -> np.ndarray:
    """Return 1, 0 or -1 (never asked) with the given shares."""
    drawn = rng.random(users)
    return np.select([drawn < given, drawn < given + refused], [1, 0], -1).astype(
        np.int8
    )
