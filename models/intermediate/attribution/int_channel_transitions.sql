-- Grain: one row per pair of states that journeys pass between.
-- `from_channel` is null at a journey's start, `to_channel` at its end, which
-- `is_converted` tells apart.
with

journey_touches as (

    select * from {{ ref("precision_marketing", "int_journey_touches") }}

),

transitions as (

    select
        previous_channel as from_channel,
        channel as to_channel,
        cast(null as boolean) as is_converted,
        cast(null as {{ precision_marketing.kind_type("amount") }}) as revenue_amount
    from journey_touches
    where previous_channel is null or previous_channel <> channel

    union all

    select
        channel as from_channel,
        cast(null as {{ precision_marketing.kind_type("text") }}) as to_channel,
        is_converted,
        revenue_amount
    from journey_touches
    where touch_position = touch_count

),

final as (

    select
        from_channel,
        to_channel,
        is_converted,
        count(*) as transition_count,
        coalesce(sum(revenue_amount), 0) as revenue_amount
    from transitions
    group by from_channel, to_channel, is_converted

)

select * from final
