-- Grain: one row per audience (campaign) and user, with the first reason against it.
{% set salt = precision_marketing.holdout_salt() %}
{% set global_share = precision_marketing.setting(
    "audiences", "global_holdout_share") %}
{% set campaign_share = precision_marketing.setting(
    "audiences", "campaign_holdout_share") %}
with

campaigns as (

    select
        targets.campaign_id,
        targets.target_index,
        campaigns.channel
    from {{ ref("precision_marketing", "int_campaign_targets") }} as targets
    inner join {{ ref("precision_marketing", "int_campaigns") }} as campaigns
        on targets.campaign_id = campaigns.campaign_id

),

global_holdout as (

    select
        user_id,
        {{ precision_marketing.is_held_out(
            salt, "user_id", global_share
        ) }} as is_global_holdout
    from {{ ref("precision_marketing", "int_users") }}

),

-- Who was drawn as control stays control, whatever the hash says.
controls as (

    select
        campaign_id,
        user_id
    from {{ ref("precision_marketing", "int_campaign_users") }}
    where is_assigned and lower(variant) = 'control'

),

joined as (

    select
        campaigns.campaign_id,
        users.user_index,
        users.user_id,
        users.has_consent,
        users.has_bounced_or_complained,
        buyers.user_id is not null as is_recent_buyer,
        coalesce(contacts.contact_count, 0) as recent_contact_count,
        coalesce(contacts.is_capped, false) as is_capped,
        global_holdout.is_global_holdout,
        {{ precision_marketing.is_held_out(
            salt ~ " || ':' || campaigns.campaign_id", "users.user_id",
            campaign_share
        ) }} as is_campaign_holdout,
        controls.user_id is not null as is_control
    from campaigns
    inner join {{ ref("precision_marketing", "int_channel_users") }} as users
        on campaigns.channel = users.channel
    inner join global_holdout on users.user_id = global_holdout.user_id
    left join {{ ref("precision_marketing", "int_recent_buyers") }} as buyers
        on campaigns.target_index = buyers.target_index
        and users.user_id = buyers.user_id
    left join {{ ref("precision_marketing", "int_recent_contacts") }} as contacts
        on campaigns.channel = contacts.channel
        and users.user_id = contacts.user_id
    left join controls
        on campaigns.campaign_id = controls.campaign_id
        and users.user_id = controls.user_id

),

final as (

    select
        campaign_id,
        user_index,
        user_id,
        recent_contact_count,
        is_global_holdout,
        is_campaign_holdout,
        is_control,
        -- Erased users come first, and are in no table (audience_summary counts them).
        case
            when not has_consent then 'no_consent'
            when has_bounced_or_complained then 'bounced_or_complained'
            when is_recent_buyer then 'recent_buyer'
            when is_capped then 'cap_reached'
            when is_global_holdout then 'global_holdout'
            when is_campaign_holdout or is_control then 'campaign_holdout'
        end as suppression_reason
    from joined

)

select * from final
