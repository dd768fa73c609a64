-- Grain: one row per month of first orders and month since, until the data end.
with

orders as (

    select
        user_id,
        {{ precision_marketing.month_start(
            precision_marketing.shop_day("converted_at")
        ) }} as month_start_date,
        revenue_amount
    from {{ ref("precision_marketing", "int_conversions") }}

),

-- Who bought before the data begin is new in them.
dated as (

    select
        *,
        min(month_start_date) over (partition by user_id) as cohort_start_date
    from orders

),

activity as (

    select
        cohort_start_date,
        month_start_date,
        count(distinct user_id) as active_user_count,
        count(*) as order_count,
        sum(revenue_amount) as revenue_amount
    from dated
    group by cohort_start_date, month_start_date

),

cohorts as (

    select
        activity.cohort_start_date,
        activity.active_user_count as cohort_user_count,
        boundaries.day_after_events,
        {{ precision_marketing.numbers_up_to(
            "1 + " ~ precision_marketing.months_between(
                "activity.cohort_start_date",
                "(boundaries.day_after_events - interval '1' day)"
            )
        ) }} as month_number
    from activity
    cross join {{ ref("precision_marketing", "int_time_boundaries") }} as boundaries
    where activity.month_start_date = activity.cohort_start_date

),

cohort_months as (

    select
        *,
        month_number - 1 as months_since,
        {{ precision_marketing.month_start(
            "cohort_start_date + (month_number - 1) * interval '1' month"
        ) }} as month_start_date
    from cohorts

),

{% set active = "coalesce(activity.active_user_count, 0)" %}
{% set users = "cohort_months.cohort_user_count" %}
final as (

    select
        cohort_months.cohort_start_date,
        cast(cohort_months.months_since as integer) as months_since,
        cohort_months.month_start_date,
        cohort_months.month_start_date + interval '1' month
        <= cohort_months.day_after_events as is_whole_month,
        cohort_months.cohort_user_count,
        {{ active }} as active_user_count,
        {{ precision_marketing.rate(active, users) }} as retention_rate,
        {{ precision_marketing.wilson_lower(active, users) }} as retention_rate_lower,
        {{ precision_marketing.wilson_upper(active, users) }} as retention_rate_upper,
        coalesce(activity.order_count, 0) as order_count,
        -- Nobody ordered: zero. Somebody did, at prices nobody gave: unknown.
        cast(
            case when activity.order_count > 0 then activity.revenue_amount else 0 end
            as {{ precision_marketing.kind_type("amount") }}
        ) as revenue_amount
    from cohort_months
    left join activity
        on cohort_months.cohort_start_date = activity.cohort_start_date
        and cohort_months.month_start_date = activity.month_start_date

)

select * from final
