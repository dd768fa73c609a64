# Grain: one row per choice and ranking: what it had to beat, whether it did, and what
# is published therefore.
def model(dbt, session):
    dbt.config(materialized="replaced_table")
    from precision_marketing.learned.challenger_tests import choose

    return choose(
        dbt.ref("precision_marketing", "user_ranking_quality"),
        dbt.ref("precision_marketing", "int_users"),
    )
