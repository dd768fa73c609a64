"""Tests and intervals of two arms, many comparisons at once.

What has a closed form is SQL (macros/statistics); here is what needs Student's t, an
exact test, a family of tests or a search.
"""

from precision_marketing.statistics.multiplicity import (
    benjamini_hochberg,
    holm,
    within_families,
)
from precision_marketing.statistics.power import (
    mean_power,
    mean_required_users,
    minimum_detectable_mean,
    minimum_detectable_rate,
    rate_power,
    rate_required_users,
)
from precision_marketing.statistics.two_arms import (
    chi_square_p,
    difference_of_rates_p,
    fisher_p,
    pooled_z_p,
    student_quantile,
    welch,
)

__all__ = [
    "benjamini_hochberg",
    "chi_square_p",
    "difference_of_rates_p",
    "fisher_p",
    "holm",
    "mean_power",
    "mean_required_users",
    "minimum_detectable_mean",
    "minimum_detectable_rate",
    "pooled_z_p",
    "rate_power",
    "rate_required_users",
    "student_quantile",
    "welch",
    "within_families",
]
