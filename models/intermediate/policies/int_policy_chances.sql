-- Grain: one row per impression that policies are judged on: the chance of its item by
-- each, `<policy>_<cutoff>`; null where it says nothing about the policy.
-- A ranking shows each of its first k items with equal chance. The published one is
-- read from the ids of its recommendations: the list as it was when the item was shown,
-- not one that has learned from the click since.
{{ config(materialized="view") }}

with

impressions as (

    select
        *,
        {{ precision_marketing.recommendation_part("recommendation_id", "rank") }}
            as recommendation_rank
    from {{ ref("precision_marketing", "int_logged_impressions") }}

),

popularity_ranks as (

    select * from {{ ref("precision_marketing", "int_popularity_policy_ranks") }}

),

-- A campaign whose items nobody knew before it has no popular ones.
campaign_lists as (

    select distinct
        campaign_id,
        ranked_item_count
    from popularity_ranks

),

final as (

    select
        impressions.touch_id,
        impressions.campaign_id,
        impressions.variant,
        impressions.user_id,
        impressions.propensity,
        impressions.is_clicked,
        impressions.propensity as logged,
        {% for cutoff in precision_marketing.policy_cutoffs() %}
        case
            when popularity_ranks.policy_rank <= {{ cutoff }}
                then 1e0 / least({{ cutoff }}, campaign_lists.ranked_item_count)
            when campaign_lists.campaign_id is not null then 0e0
        end as popularity_{{ cutoff }},
        case
            when impressions.recommendation_rank <= {{ cutoff }}
                then 1e0 / {{ cutoff }}
            when impressions.recommendation_rank is not null then 0e0
        end as recommendations_{{ cutoff }},
        {% endfor %}
        1e0 / logged_items.campaign_item_count as uniform
    from impressions
    inner join {{ ref("precision_marketing", "int_logged_items") }} as logged_items
        on impressions.campaign_id = logged_items.campaign_id
        and impressions.item_id = logged_items.item_id
    left join campaign_lists on impressions.campaign_id = campaign_lists.campaign_id
    left join popularity_ranks
        on impressions.campaign_id = popularity_ranks.campaign_id
        and impressions.item_id = popularity_ranks.item_id

)

select * from final
