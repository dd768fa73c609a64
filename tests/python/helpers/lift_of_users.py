"""Users of made-up campaigns, and the lift models from them to the tests."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import numpy as np
import pandas as pd
from macros_in_duckdb import SqlMacros

MODELS = [
    "int_campaign_largest_values",
    "int_campaign_outcome_sums",
    "int_campaign_comparisons",
    "int_campaign_arm_means",
    "int_campaign_skewness",
    "int_campaign_permuted_values",
    "int_campaign_permutations",
    "int_campaign_arm_tests",
    "int_campaign_history_checks",
]


def outcomes(
    campaign: str, revenue: np.ndarray, treated: int, history: np.ndarray | None = None
) -> pd.DataFrame:
    """Return users of whom the first are treated, as `int_campaign_user_outcomes`.

    Their history is what they spent before; by default as much as the others spend.
    """
    users = np.arange(len(revenue))
    history = revenue[::-1] if history is None else history
    orders = (revenue > 0).astype("int64")
    return pd.DataFrame(
        {
            "campaign_id": campaign,
            "user_id": campaign + "-" + users.astype(str).astype(object),
            "variant": np.where(users < treated, "A", "control"),
            "is_control": users >= treated,
            "country": "AT",
            "history_segment": "visitor",
            "priced_order_count": orders,
            "measured_order_count": orders,
            "measured_visit_count": 1,
            "measured_revenue_amount": revenue,
            "history_order_count": (history > 0).astype("int64"),
            "history_visit_count": 1,
            "history_revenue_amount": history,
        }
    )


@contextmanager
def tables_of(
    users: pd.DataFrame, order: str = "user_id"
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a connection that has the tables of all models, of users in an order."""
    with duckdb.connect() as connection:
        connection.register("given", users)
        connection.execute(
            "create table int_campaign_user_outcomes as select * replace ("
            " cast(measured_revenue_amount as decimal(18, 4))"
            " as measured_revenue_amount,"
            " cast(history_revenue_amount as decimal(18, 4))"
            " as history_revenue_amount)"
            f" from given order by {order}"
        )
        connection.execute(
            "create table int_campaign_variants as select campaign_id, variant,"
            " is_control, count(*) as assigned_user_count from given group by all"
        )
        macros = SqlMacros("compat", "statistics")
        for model in MODELS:
            macros.model(model, connection)
        yield connection
