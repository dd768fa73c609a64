-- Every user is a candidate of every audience exactly once: eligible, suppressed for
-- one reason, or erased; members are the candidates with consent; tenths are equal; who
-- is on the list now is who is eligible.
with

summary as (

    select * from {{ ref("precision_marketing", "audience_summary") }}

),

members as (

    select
        campaign_id,
        count(*) as member_count,
        count(*) filter (where is_eligible) as eligible_count,
        count(*) filter (where suppression_reason = 'recent_buyer') as buyer_count,
        count(*) filter (
            where suppression_reason in (
                'global_holdout', 'former_control', 'campaign_holdout'
            )
        ) as holdout_count
    from {{ ref("precision_marketing", "audience_members") }}
    group by campaign_id

),

tenths as (

    select
        campaign_id,
        propensity_decile,
        count(*) as user_count
    from {{ ref("precision_marketing", "audience_members") }}
    where propensity_decile is not null
    group by campaign_id, propensity_decile

),

on_list as (

    select
        campaign_id,
        count(*) as user_count
    from {{ ref("precision_marketing", "audience_history") }}
    where exited_at is null
    group by campaign_id

),

users as (

    select count(*) as user_count from {{ ref("precision_marketing", "int_users") }}

)

select
    'users' as part,
    summary.campaign_id
from summary
cross join users
where summary.candidate_user_count
    <> users.user_count + summary.erased_user_count
union all
select
    'members' as part,
    summary.campaign_id
from summary
left join members on summary.campaign_id = members.campaign_id
where
    summary.candidate_user_count
    - summary.erased_user_count
    - summary.no_consent_user_count <> coalesce(members.member_count, 0)
    or summary.eligible_user_count <> coalesce(members.eligible_count, 0)
    or summary.recent_buyer_user_count <> coalesce(members.buyer_count, 0)
    or summary.global_holdout_user_count + summary.former_control_user_count
    + summary.campaign_holdout_user_count
    <> coalesce(members.holdout_count, 0)
union all
select
    'tenths' as part,
    campaign_id
from tenths
group by campaign_id
having max(user_count) - min(user_count) > 1
union all
select
    'history' as part,
    summary.campaign_id
from summary
left join on_list on summary.campaign_id = on_list.campaign_id
where
    summary.as_of_at is not null
    and summary.eligible_user_count <> coalesce(on_list.user_count, 0)
