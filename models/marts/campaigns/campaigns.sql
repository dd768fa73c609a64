-- Grain: one row per campaign.
with

campaigns as (

    select * from {{ ref("precision_marketing", "int_campaigns") }}

),

user_counts as (

    select
        campaign_id,
        count(*) filter (where user_count > several_arms_user_count) as variant_count,
        sum(assigned_user_count) as assigned_user_count,
        sum(several_arms_user_count) as several_arms_user_count,
        sum(case when is_control then assigned_user_count else 0 end)
            as control_user_count,
        sum(contacted_user_count) as contacted_user_count
    from {{ ref("precision_marketing", "int_campaign_variants") }}
    group by campaign_id

),

spend as (

    select
        campaign_id,
        max(spend_source) as spend_source,
        sum(spend_amount) as spend_amount
    from {{ ref("precision_marketing", "int_campaign_spend") }}
    group by campaign_id

),

final as (

    select
        campaigns.campaign_id,
        campaigns.campaign_name,
        campaigns.channel,
        campaigns.objective,
        campaigns.started_at,
        campaigns.ended_at,
        -- As the data see it, not the clock of the machine. Who gives no start may have
        -- begun or not.
        case
            when as_of.as_of_at < campaigns.started_at then 'planned'
            when as_of.as_of_at >= campaigns.ended_at then 'ended'
            when as_of.as_of_at >= campaigns.started_at then 'running'
        end as campaign_status,
        campaigns.click_window_days,
        campaigns.view_window_days,
        campaigns.target_category,
        campaigns.unit_margin_rate,
        campaigns.currency,
        user_counts.control_user_count > 0 as has_control,
        user_counts.variant_count,
        cast(user_counts.assigned_user_count as bigint) as assigned_user_count,
        cast(user_counts.several_arms_user_count as bigint) as several_arms_user_count,
        cast(user_counts.control_user_count as bigint) as control_user_count,
        cast(user_counts.contacted_user_count as bigint) as contacted_user_count,
        spend.spend_source,
        cast(
            spend.spend_amount as {{ precision_marketing.kind_type("amount") }}
        ) as spend_amount
    from campaigns
    cross join {{ ref("precision_marketing", "int_audience_as_of") }} as as_of
    inner join user_counts on campaigns.campaign_id = user_counts.campaign_id
    left join spend on campaigns.campaign_id = spend.campaign_id

)

select * from final
