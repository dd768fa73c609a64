-- Grain: one row per campaign and user, of at most so many campaigns a user.
{% set campaigns_per_user = precision_marketing.setting(
    "privacy", "public_campaigns_per_user") %}
{% set largest_orders = precision_marketing.setting(
    "privacy", "public_orders_per_campaign") %}
{% set largest_revenue = precision_marketing.setting(
    "privacy", "public_revenue_per_campaign") %}
{% set chance = precision_marketing.hash_share("campaign_id || chr(31) || user_id") %}
with

campaign_users as (

    select * from {{ ref("precision_marketing", "int_campaign_users") }}
    where not is_in_several_arms

),

-- Of which campaigns a user counts depends on nobody else, and on nothing the user did.
drawn_campaigns as (

    select
        *,
        row_number() over (
            partition by user_id
            order by {{ chance }}, campaign_id
        ) as campaign_place
    from campaign_users

),

counted_users as (

    select
        campaign_id,
        user_id,
        case
            when not is_assigned then 'not drawn'
            when lower(variant) = 'control' then 'control'
            else 'treatment'
        end as arm
    from drawn_campaigns
    where campaign_place <= {{ campaigns_per_user }}

),

-- For as long as the campaign runs, for everybody: when users of an arm were drawn, by
-- which lift is measured, depends on other users.
campaign_times as (

    select
        campaign_id,
        coalesce(started_at, timestamp '0001-01-01 00:00:00') as counts_from,
        coalesce(ended_at, timestamp '9999-12-31 23:59:59') as counts_until
    from {{ ref("precision_marketing", "int_campaigns") }}

),

outcomes as (

    select
        counted_users.campaign_id,
        counted_users.user_id,
        counted_users.arm,
        count(conversions.user_id) as order_count,
        coalesce(sum(conversions.revenue_amount), 0) as revenue_amount
    from counted_users
    inner join campaign_times
        on counted_users.campaign_id = campaign_times.campaign_id
    left join {{ ref("precision_marketing", "int_conversions") }} as conversions
        on counted_users.user_id = conversions.user_id
        and campaign_times.counts_from <= conversions.converted_at
        and campaign_times.counts_until >= conversions.converted_at
    group by counted_users.campaign_id, counted_users.user_id, counted_users.arm

),

final as (

    select
        campaign_id,
        user_id,
        arm,
        cast(least(order_count, {{ largest_orders }}) as bigint) as order_count,
        -- In hundredths, since noise on whole numbers has no rounding that tells.
        cast(
            round(100 * greatest(0, least(revenue_amount, {{ largest_revenue }})))
            as bigint
        ) as revenue_hundredths
    from outcomes

)

select * from final
