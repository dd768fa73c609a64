-- Grain: one row per campaign and variant: the users in it.
-- A campaign without a treated variant has a row `(all)` too, to carry its spend.
with

campaigns as (

    select * from {{ ref("precision_marketing", "int_campaigns") }}

),

campaign_users as (

    select * from {{ ref("precision_marketing", "int_campaign_users") }}

),

variants as (

    select
        campaign_id,
        variant,
        lower(variant) = 'control' as is_control,
        count(*) as user_count,
        count(*) filter (where is_assigned) as assigned_user_count,
        count(*) filter (where is_in_several_arms) as several_arms_user_count,
        count(*) filter (where is_contacted) as contacted_user_count,
        count(*) filter (where impression_count > 0 or delivered_count > 0)
            as reached_user_count,
        count(*) filter (where impression_count > 0) as viewing_user_count,
        count(*) filter (where open_count > 0) as opening_user_count,
        count(*) filter (where click_count > 0) as clicking_user_count,
        count(*) filter (where ctr_click_count > 0 and impression_count > 0)
            as viewing_clicking_user_count,
        count(*) filter (where open_count > 0 and delivered_count > 0)
            as message_opening_user_count,
        count(*) filter (where message_click_count > 0 and delivered_count > 0)
            as message_clicking_user_count,
        count(*) filter (where open_click_count > 0 and open_count > 0)
            as open_clicking_user_count,
        count(*) filter (where has_ordered_in_campaign)
            as ordering_assigned_user_count,
        sum(impression_count) as impression_count,
        sum(send_count) as send_count
    from campaign_users
    group by campaign_id, variant

),

final as (

    select * from variants

    union all

    select
        campaign_id,
        '(all)' as variant,
        false as is_control,
        0 as user_count,
        0 as assigned_user_count,
        0 as several_arms_user_count,
        0 as contacted_user_count,
        0 as reached_user_count,
        0 as viewing_user_count,
        0 as opening_user_count,
        0 as clicking_user_count,
        0 as viewing_clicking_user_count,
        0 as message_opening_user_count,
        0 as message_clicking_user_count,
        0 as open_clicking_user_count,
        0 as ordering_assigned_user_count,
        0 as impression_count,
        0 as send_count
    from campaigns
    where campaign_id not in (
            select variants.campaign_id
            from variants
            where not variants.is_control
        )

)

select * from final
