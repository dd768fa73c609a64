# Grain: one row per campaign, treated variant and metric: what it could show.
def model(dbt, session):
    # First of all: without the library the build stops with the command to install it.
    dbt.ref("int_python_library")
    from precision_marketing.build.relations import to_arrow
    from precision_marketing.campaigns.power import campaign_power

    return campaign_power(to_arrow(dbt.ref("int_campaign_baselines")))
