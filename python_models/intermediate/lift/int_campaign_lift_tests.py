# Grain: one row per campaign, treated variant, segment, metric and method: its tests.
def model(dbt, session):
    from precision_marketing.build.relations import to_arrow
    from precision_marketing.campaigns.lift import lift_tests

    return lift_tests(
        to_arrow(dbt.ref("int_campaign_arm_means")),
        to_arrow(dbt.ref("int_campaign_sample_ratios")),
    )
