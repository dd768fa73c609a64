# Grain: one row per channel of a path: what conversions lose without it.
def model(dbt, session):
    # First of all: without the library the build stops with the command to install it.
    dbt.ref("int_python_library")
    transitions = dbt.ref("int_channel_transitions")
    from precision_marketing.campaigns.channel_removal import channel_removal_effects

    return channel_removal_effects(transitions)
