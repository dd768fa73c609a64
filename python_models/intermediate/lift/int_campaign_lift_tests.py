# Grain: one row per campaign, treated variant, segment, metric and method: its tests.
def model(dbt, session):
    # First of all: without the library the build stops with the command to install it.
    dbt.ref("int_python_library")
    from precision_marketing.build.relations import to_arrow
    from precision_marketing.campaigns.lift import lift_tests

    return lift_tests(
        to_arrow(dbt.ref("int_campaign_arm_means")),
        to_arrow(dbt.ref("int_campaign_sample_ratios")),
    )
