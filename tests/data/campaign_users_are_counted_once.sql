-- Users of campaign_performance, counted on the inputs themselves: each assigned and
-- each contacted user of a campaign is in exactly one of its variants.
with

assigned as (

    select
        campaign_id,
        count(*) as user_count
    from (
        select distinct
            campaign_id,
            user_id
        from {{ ref("precision_marketing", "stg_campaign_assignments") }}
        where not is_in_several_arms
    )
    group by campaign_id

),

contacted as (

    select
        campaign_id,
        count(*) as user_count
    from (
        select distinct
            campaign_id,
            user_id
        from {{ ref("precision_marketing", "stg_campaign_touches") }}
        where touch_type <> 'conversion'
    )
    group by campaign_id

),

clicking as (

    select
        campaign_id,
        count(*) as user_count
    from (
        select distinct
            campaign_id,
            user_id
        from {{ ref("precision_marketing", "stg_campaign_touches") }}
        where touch_type = 'click'
    )
    group by campaign_id

),

performance as (

    select
        campaign_id,
        attribution_model,
        sum(assigned_user_count) as assigned_user_count,
        sum(contacted_user_count) as contacted_user_count,
        sum(clicking_user_count) as clicking_user_count
    from {{ ref("precision_marketing", "campaign_performance") }}
    group by campaign_id, attribution_model

)

select
    performance.*,
    assigned.user_count as assigned_in_input_count,
    contacted.user_count as contacted_in_input_count,
    clicking.user_count as clicking_in_input_count
from performance
left join assigned on performance.campaign_id = assigned.campaign_id
left join contacted on performance.campaign_id = contacted.campaign_id
left join clicking on performance.campaign_id = clicking.campaign_id
where
    performance.assigned_user_count <> coalesce(assigned.user_count, 0)
    or performance.contacted_user_count <> coalesce(contacted.user_count, 0)
    or performance.clicking_user_count <> coalesce(clicking.user_count, 0)
