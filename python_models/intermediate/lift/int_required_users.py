# Grain: one row per metric, days, relative lift and share of the control.
def model(dbt, session):
    # First of all: without the library the build stops with the command to install it.
    dbt.ref("int_python_library")
    from precision_marketing.build.relations import to_arrow
    from precision_marketing.campaigns.power import required_users

    return required_users(
        to_arrow(dbt.ref("int_shop_baselines")), to_arrow(dbt.ref("power_scenarios"))
    )
