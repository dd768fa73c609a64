-- Grain: one row per ranking policy, campaign, user (or all) and item it would show.
-- Rankings of the window `test`: they know nothing of the impressions they are judged on.
with

logged_items as (

    select * from {{ ref("int_logged_items") }}

),

logged_users as (

    select distinct
        campaign_id,
        user_id
    from {{ ref("int_logged_impressions") }}

),

items as (

    select * from {{ ref("int_items") }}

),

users as (

    select * from {{ ref("int_users") }}

),

item_features as (

    select * from {{ ref("int_item_features") }}
    where time_window = 'test' and user_count > 0

),

rankings as (

    select judged_rankings.*
    from {{ ref("judged_rankings") }} as judged_rankings
    inner join {{ ref("published_ranking") }} as published_ranking
        on judged_rankings.scorer = published_ranking.scorer
    where judged_rankings.time_window = 'test'

),

ranked as (

    select
        'popularity' as policy,
        logged_items.campaign_id,
        '(all)' as list_user_id,
        logged_items.item_id,
        row_number() over (
            partition by logged_items.campaign_id
            order by item_features.user_count desc, item_features.item_index
        ) as policy_rank
    from logged_items
    inner join items on logged_items.item_id = items.item_id
    inner join item_features on items.item_index = item_features.item_index

    union all

    select
        'recommendations' as policy,
        logged_users.campaign_id,
        logged_users.user_id as list_user_id,
        logged_items.item_id,
        row_number() over (
            partition by logged_users.campaign_id, logged_users.user_id
            order by rankings.ranking_rank
        ) as policy_rank
    from logged_users
    inner join users on logged_users.user_id = users.user_id
    inner join rankings on users.user_index = rankings.user_index
    inner join items on rankings.item_index = items.item_index
    inner join logged_items
        on logged_users.campaign_id = logged_items.campaign_id
        and items.item_id = logged_items.item_id

),

final as (

    select
        *,
        count(*) over (
            partition by policy, campaign_id, list_user_id
        ) as ranked_item_count
    from ranked

)

select * from final
