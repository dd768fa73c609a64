-- Grain: one row per ranking policy, cutoff and impression that it is judged on.
-- A ranking shows each of its first k items with equal chance. The published one is
-- read from the ids of its recommendations: the list as it was when the item was shown,
-- not one that has learned from the click since.
{{ config(materialized="view") }}

{% set cutoffs = precision_marketing.policy_cutoffs() %}
with

impressions as (

    select * from {{ ref("precision_marketing", "int_logged_impressions") }}

),

popularity_ranks as (

    select * from {{ ref("precision_marketing", "int_popularity_policy_ranks") }}

),

campaign_lists as (

    select distinct
        campaign_id,
        ranked_item_count
    from popularity_ranks

),

cutoffs as (

    {% for cutoff in cutoffs %}
    select {{ cutoff }} as cutoff
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- A campaign whose items nobody knew before it has no popular ones: no rows.
ranked as (

    select
        'popularity' as policy,
        impressions.*,
        popularity_ranks.policy_rank,
        campaign_lists.ranked_item_count
    from impressions
    inner join campaign_lists on impressions.campaign_id = campaign_lists.campaign_id
    left join popularity_ranks
        on impressions.campaign_id = popularity_ranks.campaign_id
        and impressions.item_id = popularity_ranks.item_id

    union all

    select
        'recommendations' as policy,
        impressions.*,
        {{ precision_marketing.recommendation_part("recommendation_id", "rank") }}
            as policy_rank,
        cast(null as bigint) as ranked_item_count
    from impressions
    where
        {{ precision_marketing.recommendation_part("recommendation_id", "rank") }}
        is not null

),

final as (

    select
        ranked.policy,
        cutoffs.cutoff,
        ranked.touch_id,
        ranked.campaign_id,
        ranked.variant,
        ranked.user_id,
        ranked.propensity,
        ranked.is_clicked,
        case
            when ranked.policy_rank <= cutoffs.cutoff
                then
                    1e0 / least(
                        cutoffs.cutoff,
                        coalesce(ranked.ranked_item_count, cutoffs.cutoff)
                    )
            else 0e0
        end as target_propensity
    from ranked
    cross join cutoffs

)

select * from final
