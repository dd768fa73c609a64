# Grain: one row per campaign, treated variant and metric: what it could show.
def model(dbt, session):
    from precision_marketing.build.relations import to_arrow
    from precision_marketing.campaigns.power import campaign_power

    return campaign_power(to_arrow(dbt.ref("int_campaign_baselines")))
