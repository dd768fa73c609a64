-- Grain: one row per journey and touch of its path.
with

journeys as (

    select * from {{ ref("precision_marketing", "int_journeys") }}
    where touch_count > 0

),

path_touches as (

    select * from {{ ref("precision_marketing", "int_path_touches") }}

),

-- The numbers of the touches are known, so that they are looked up and not searched.
positions as (

    select
        is_converted,
        journey_id,
        user_id,
        ended_at,
        revenue_amount,
        last_touch_number,
        window_touch_count,
        touch_count,
        {{ precision_marketing.numbers_up_to("touch_count") }} as touch_position
    from journeys

),

found as (

    select
        positions.is_converted,
        positions.journey_id,
        positions.user_id,
        positions.ended_at,
        positions.revenue_amount,
        positions.window_touch_count,
        positions.touch_count,
        positions.touch_position,
        path_touches.touch_id,
        path_touches.campaign_id,
        path_touches.channel,
        path_touches.touch_type,
        path_touches.touched_at
    from positions
    inner join path_touches
        on positions.user_id = path_touches.user_id
        and positions.last_touch_number
        - positions.touch_count
        + positions.touch_position
        = path_touches.touch_number

),

final as (

    select
        is_converted,
        journey_id,
        user_id,
        ended_at,
        revenue_amount,
        window_touch_count,
        touch_count,
        touch_position,
        touch_id,
        campaign_id,
        channel,
        touch_type,
        touched_at,
        lag(channel) over (
            partition by is_converted, journey_id
            order by touch_position
        ) as previous_channel
    from found

)

select * from final
