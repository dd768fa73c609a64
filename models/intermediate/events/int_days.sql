-- Grain: one row per day of the shop, from that of the first event to that of the last.
{{ config(materialized="view") }}
with

boundaries as (

    select * from {{ ref("precision_marketing", "int_time_boundaries") }}

),

first_days as (

    select {{ precision_marketing.shop_day("min(occurred_at)") }} as first_date
    from {{ ref("precision_marketing", "int_events") }}

),

numbered as (

    select
        first_days.first_date,
        {{ precision_marketing.numbers_up_to(precision_marketing.days_between(
            "first_days.first_date", "boundaries.day_after_events"
        )) }} as day_number
    from first_days
    cross join boundaries

),

final as (

    select first_date + cast(day_number - 1 as integer) as day_date
    from numbered

)

select * from final
