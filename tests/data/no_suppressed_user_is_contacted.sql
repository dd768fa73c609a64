-- Asked of the inputs' own rows: nobody on a contact list has refused or failed on the
-- channel, was contacted as often as the cap allows, bought lately or is its control.
{% set window_days = precision_marketing.setting(
    "audiences", "frequency_window_days") %}
{% set buyer_days = precision_marketing.setting("audiences", "recent_buyer_days") %}
{% set frequency_cap = precision_marketing.setting("audiences", "frequency_cap") %}
with

eligible as (

    select
        members.campaign_id,
        members.user_id,
        campaigns.channel
    from {{ ref("precision_marketing", "audience_members") }} as members
    inner join {{ ref("precision_marketing", "stg_campaigns") }} as campaigns
        on members.campaign_id = campaigns.campaign_id
    where members.is_eligible

),

touches as (

    select * from {{ ref("precision_marketing", "stg_campaign_touches") }}

),

as_of as (

    select * from {{ ref("precision_marketing", "int_audience_as_of") }}

),

capped as (

    select touches.user_id
    from touches
    cross join as_of
    where
        touches.touch_type in ('send', 'impression')
        and touches.touched_at
        > as_of.as_of_at - {{ window_days }} * interval '1' day
    group by touches.user_id
    having count(*) >= {{ frequency_cap }}

)

select
    'refused or failed' as reason,
    eligible.campaign_id,
    eligible.user_id
from eligible
inner join touches on eligible.user_id = touches.user_id
where
    touches.touch_type in ('unsubscribe', 'bounce', 'complaint')
    and touches.channel = eligible.channel
union all
select
    'capped' as reason,
    eligible.campaign_id,
    eligible.user_id
from eligible
inner join capped on eligible.user_id = capped.user_id
union all
select
    'bought lately' as reason,
    eligible.campaign_id,
    eligible.user_id
from eligible
inner join {{ ref("precision_marketing", "int_campaigns") }} as campaigns
    on eligible.campaign_id = campaigns.campaign_id
inner join {{ ref("precision_marketing", "int_events") }} as events
    on eligible.user_id = events.user_id
inner join {{ ref("precision_marketing", "int_items") }} as items
    on events.item_index = items.item_index
cross join as_of
where
    events.is_conversion
    and events.occurred_at
    > as_of.as_of_at - {{ buyer_days }} * interval '1' day
    and campaigns.target_item_ids is null
    and (
        campaigns.target_category is null
        or lower(campaigns.target_category) = lower(items.category)
    )
union all
select
    'control' as reason,
    eligible.campaign_id,
    eligible.user_id
from eligible
inner join {{ ref("precision_marketing", "stg_campaign_assignments") }} as assignments
    on eligible.campaign_id = assignments.campaign_id
    and eligible.user_id = assignments.user_id
where lower(assignments.variant) = 'control'
