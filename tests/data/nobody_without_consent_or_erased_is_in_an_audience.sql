-- Promise 4: asked of the inputs' own rows, not of the users that were derived; of the
-- history too, which remembers earlier builds.
with

listed as (

    select
        'audience_members' as mart,
        campaign_id,
        user_id
    from {{ ref("precision_marketing", "audience_members") }}
    union all
    select
        'audience_history' as mart,
        campaign_id,
        user_id
    from {{ ref("precision_marketing", "audience_history") }}

),

users as (

    select * from {{ ref("precision_marketing", "stg_users") }}

),

campaigns as (

    select * from {{ ref("precision_marketing", "stg_campaigns") }}

)

select
    listed.mart,
    listed.campaign_id,
    listed.user_id
from listed
inner join {{ ref("precision_marketing", "stg_erasure_requests") }} as requests
    on listed.user_id = requests.user_id
union all
select
    listed.mart,
    listed.campaign_id,
    listed.user_id
from listed
inner join users on listed.user_id = users.user_id
inner join campaigns on listed.campaign_id = campaigns.campaign_id
where
    not users.has_profiling_consent
    or (campaigns.channel = 'email' and not users.has_email_consent)
    or (campaigns.channel = 'display' and not users.has_ads_consent)
