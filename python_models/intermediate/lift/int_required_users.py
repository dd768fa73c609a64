# Grain: one row per metric, days, relative lift and share of the control.
def model(dbt, session):
    from precision_marketing.campaign_power import required_users
    from precision_marketing.relations import to_arrow

    return required_users(
        to_arrow(dbt.ref("int_shop_baselines")), to_arrow(dbt.ref("power_scenarios"))
    )
