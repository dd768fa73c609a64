-- Grain: one row per journey with a touch: its path of channels.
-- Touches of one channel in a row are one step: neither the removal effect of a chain
-- of order 1 nor the Shapley value of channel sets knows the difference.
with

journey_touches as (

    select * from {{ ref("precision_marketing", "int_journey_touches") }}

),

final as (

    select
        is_converted,
        journey_id,
        {{ precision_marketing.ordered_list("channel", "touch_position") }}
            as path_steps,
        count(*) as step_count,
        count(distinct channel) as channel_count,
        max(touch_count) as touch_count,
        max(revenue_amount) as revenue_amount,
        {{ precision_marketing.days_between("min(touched_at)", "max(ended_at)") }}
            as duration_days
    from journey_touches
    where previous_channel is null or previous_channel <> channel
    group by is_converted, journey_id

)

select * from final
