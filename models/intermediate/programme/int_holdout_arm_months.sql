-- Grain: one row per holdout, arm and month: its users until the end of the month.
-- Every month of the shop's orders is one, and that of the audiences' "now".
{% set month_of = precision_marketing.month_start(precision_marketing.shop_day("$")) %}
{% set first_month = month_of | replace("$", "users.measured_from") %}
with

as_of as (

    select * from {{ ref("precision_marketing", "int_audience_as_of") }}
    where as_of_at is not null

),

months as (

    select distinct {{ month_of | replace("$", "converted_at") }} as month_start_date
    from {{ ref("precision_marketing", "int_conversions") }}
    union
    select {{ month_of | replace("$", "as_of_at") }} as month_start_date
    from as_of

),

arms as (

    select
        users.holdout_kind,
        users.campaign_id,
        users.is_held_out,
        {{ first_month }} as first_month,
        max({{ month_of | replace(
            "$", "least(users.measured_until, as_of.as_of_at)"
        ) }}) as last_month,
        count(*) as user_count
    from {{ ref("precision_marketing", "int_holdout_users") }} as users
    cross join as_of
    where coalesce(users.measured_from <= as_of.as_of_at, true)
    group by
        users.holdout_kind,
        users.campaign_id,
        users.is_held_out,
        {{ first_month }}

),

final as (

    select
        arms.holdout_kind,
        arms.campaign_id,
        arms.is_held_out,
        months.month_start_date,
        cast(sum(arms.user_count) as bigint) as user_count
    from arms
    inner join months
        on months.month_start_date
        >= coalesce(arms.first_month, months.month_start_date)
    group by
        arms.holdout_kind, arms.campaign_id, arms.is_held_out, months.month_start_date
    having months.month_start_date <= max(arms.last_month)

)

select * from final
