-- Grain: one row per campaign and user, with the first reason against it but a holdout.
{% set salt = precision_marketing.holdout_salt() %}
{% set campaign_share = precision_marketing.setting(
    "audiences", "campaign_holdout_share") %}
{% set rules = precision_marketing.setting("audiences", "addressed") %}
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

-- Who was drawn as control stays control, whatever the hash says.
controls as (

    select
        campaign_id,
        user_id
    from {{ ref("precision_marketing", "int_campaign_users") }}
    where is_assigned and lower(variant) = 'control'

),

final as (

    select
        campaigns.campaign_id,
        users.user_index,
        users.user_id,
        coalesce(contacts.contact_count, 0) as recent_contact_count,
        {{ precision_marketing.is_held_out(
            salt ~ " || ':' || campaigns.campaign_id", "users.user_id",
            campaign_share
        ) }} as is_campaign_holdout,
        controls.user_id is not null as is_control,
        -- Erased users come first, and are in no table (audience_summary counts them).
        case
            when not users.has_consent then 'no_consent'
            when not {{ precision_marketing.is_addressed(
                rules, "campaigns.campaign_id",
                "coalesce(segments.segment, 'No purchase yet')", "rfm.recency_days"
            ) }} then 'not_addressed'
            when users.has_bounced_or_complained then 'bounced_or_complained'
            when buyers.user_id is not null then 'recent_buyer'
            when contacts.is_capped then 'cap_reached'
        end as exclusion_reason
    from campaigns
    inner join {{ ref("precision_marketing", "int_channel_users") }} as users
        on campaigns.channel = users.channel
    left join {{ ref("precision_marketing", "int_recent_buyers") }} as buyers
        on campaigns.target_index = buyers.target_index
        and users.user_id = buyers.user_id
    left join {{ ref("precision_marketing", "int_recent_contacts") }} as contacts
        on campaigns.channel = contacts.channel
        and users.user_id = contacts.user_id
    left join {{ ref("precision_marketing", "int_user_segments") }} as segments
        on users.user_index = segments.user_index
        and segments.segment_kind = 'behavior'
    left join {{ ref("precision_marketing", "int_customer_rfm") }} as rfm
        on users.user_id = rfm.user_id
    left join controls
        on campaigns.campaign_id = controls.campaign_id
        and users.user_id = controls.user_id

)

select * from final
