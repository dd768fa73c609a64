-- Grain: one row per conversion and channel of its path.
with

journey_touches as (

    select * from {{ ref("precision_marketing", "int_journey_touches") }}
    where is_converted

),

removal_effects as (

    select * from {{ ref("precision_marketing", "int_channel_removal_effects") }}

),

channels as (

    select
        journey_id,
        channel,
        count(*) as channel_touch_count
    from journey_touches
    group by journey_id, channel

),

-- Exact decimals, so that their sum does not depend on the order of rows.
weighed as (

    select
        channels.journey_id,
        channels.channel,
        channels.channel_touch_count,
        {% set effect = precision_marketing.decimal_of(
            "removal_effects.removal_effect", "decimal(38, 18)") %}
        {{ effect }} as removal_effect,
        sum({{ effect }}) over (partition by channels.journey_id)
            as path_removal_effect,
        count(*) over (partition by channels.journey_id) as channel_count
    from channels
    inner join removal_effects on channels.channel = removal_effects.channel

),

final as (

    select
        journey_id,
        channel,
        channel_touch_count,
        cast(removal_effect as double) / cast(path_removal_effect as double)
            as markov_share,
        -- The closed form of Zhao, Mahboobi and Bagheri (2018).
        1e0 / channel_count as shapley_share
    from weighed

)

select * from final
