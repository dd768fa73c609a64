# Grain: one row per scorer: how much it counts in the blend.
def model(dbt, session):
    from precision_marketing.blending import learn
    from precision_marketing.windows import read_settings

    return learn(
        dbt.ref("scaled_candidates"),
        dbt.ref("int_labels"),
        dbt.ref("int_window_users"),
        read_settings(dbt.ref("int_scorer_settings"), "blend"),
    )
