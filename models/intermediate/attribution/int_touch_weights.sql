-- Grain: one row per conversion and touch of its path: what the touch counts in each
-- attribution model, relative to the conversion's other touches.
{% set half_life_days = precision_marketing.setting("attribution", "half_life_days") %}
with

journey_touches as (

    select * from {{ ref("precision_marketing", "int_journey_touches") }}
    where is_converted

),

journey_channels as (

    select * from {{ ref("precision_marketing", "int_journey_channels") }}

),

placed as (

    select
        *,
        max(case when channel <> 'direct' then touch_position end) over (
            partition by journey_id
        ) as last_non_direct_position,
        max(touched_at) over (partition by journey_id) as last_touched_at
    from journey_touches

),

weights as (

    select
        placed.*,
        case when placed.touch_position = 1 then 1 else 0 end as first_weight,
        case
            when placed.touch_position = placed.touch_count then 1 else 0
        end as last_weight,
        case
            when
                coalesce(placed.last_non_direct_position, placed.touch_count)
                = placed.touch_position
                then 1
            else 0
        end as last_non_direct_weight,
        1 as linear_weight,
        -- 40, 20 shared by the middle, 40: in whole numbers.
        case
            when placed.touch_count <= 2 then 1
            when placed.touch_position between 2 and placed.touch_count - 1 then 1
            else 2 * (placed.touch_count - 2)
        end as position_weight,
        -- From the last touch, whose weight is 1, so that no path is without weight.
        power(
            0.5e0,
            {{ precision_marketing.days_between(
                "placed.touched_at", "placed.last_touched_at"
            ) }} / {{ half_life_days }}
        ) as time_decay_weight,
        journey_channels.markov_share
        / journey_channels.channel_touch_count as markov_weight,
        journey_channels.shapley_share
        / journey_channels.channel_touch_count as shapley_weight
    from placed
    inner join journey_channels
        on placed.journey_id = journey_channels.journey_id
        and placed.channel = journey_channels.channel

),

final as (

    select
        journey_id as conversion_id,
        user_id,
        ended_at as converted_at,
        revenue_amount,
        window_touch_count,
        touch_count,
        touch_position,
        touch_id,
        campaign_id,
        channel,
        touch_type,
        {% for model in precision_marketing.path_models() %}
        {{ precision_marketing.decimal_of(
            "cast(" ~ model ~ "_weight as double)", "decimal(18, 15)"
        ) }} as {{ model }}_weight,
        {% endfor %}
        touched_at
    from weights

)

select * from final
