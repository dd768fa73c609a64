# Grain: one row per campaign, treated variant and metric: what it could show.
def model(dbt, session):
    from precision_marketing.campaign_power import campaign_power
    from precision_marketing.relations import to_arrow

    return campaign_power(to_arrow(dbt.ref("int_campaign_baselines")))
