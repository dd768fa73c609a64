-- Grain: one row per day, New York time: the host's own idea of staged events.
with

web_log as (

    select * from {{ ref("web_log") }}

),

final as (

    select
        cast(occurred_at as date) as event_date,
        count(*) as event_count
    from web_log
    group by cast(occurred_at as date)

)

select * from final
