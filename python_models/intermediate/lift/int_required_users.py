# Grain: one row per metric, days, relative lift and share of the control.
def model(dbt, session):
    from precision_marketing.build.relations import to_arrow
    from precision_marketing.campaigns.power import required_users

    return required_users(
        to_arrow(dbt.ref("int_shop_baselines")), to_arrow(dbt.ref("power_scenarios"))
    )
