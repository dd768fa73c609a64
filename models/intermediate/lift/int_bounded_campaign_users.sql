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
        is_assigned,
        case
            when not is_assigned then 'not drawn'
            when lower(variant) = 'control' then 'control'
            else 'treatment'
        end as arm
    from drawn_campaigns
    where campaign_place <= {{ campaigns_per_user }}

),

measured_outcomes as (

    select
        campaign_id,
        user_id,
        measured_order_count as order_count,
        measured_revenue_amount as revenue_amount
    from {{ ref("precision_marketing", "int_campaign_user_outcomes") }}

    union all

    -- Who was touched and never drawn is measured for as long as the campaign runs.
    select
        counted_users.campaign_id,
        counted_users.user_id,
        count(*) as order_count,
        coalesce(sum(conversions.revenue_amount), 0) as revenue_amount
    from counted_users
    inner join {{ ref("precision_marketing", "int_campaigns") }} as campaigns
        on counted_users.campaign_id = campaigns.campaign_id
    inner join {{ ref("precision_marketing", "int_conversions") }} as conversions
        on counted_users.user_id = conversions.user_id
        and conversions.converted_at
        between coalesce(campaigns.started_at, conversions.converted_at)
        and coalesce(campaigns.ended_at, conversions.converted_at)
    where not counted_users.is_assigned
    group by counted_users.campaign_id, counted_users.user_id

),

final as (

    select
        counted_users.campaign_id,
        counted_users.user_id,
        counted_users.arm,
        cast(
            least(coalesce(measured_outcomes.order_count, 0), {{ largest_orders }})
            as bigint
        ) as order_count,
        -- In hundredths, since noise on whole numbers has no rounding that tells.
        cast(
            round(100 * greatest(0, least(
                coalesce(measured_outcomes.revenue_amount, 0), {{ largest_revenue }}
            ))) as bigint
        ) as revenue_hundredths
    from counted_users
    left join measured_outcomes
        on counted_users.campaign_id = measured_outcomes.campaign_id
        and counted_users.user_id = measured_outcomes.user_id

)

select * from final
