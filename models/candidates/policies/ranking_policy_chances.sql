-- Grain: one row per ranking policy, cutoff and impression since the window `test` ends.
-- A policy shows each of its first k items with equal chance. Where it has no opinion it
-- leaves the impression as it was, so that its chances always add up to one.
{% set cutoffs = precision_marketing.policy_cutoffs() %}
with

impressions as (

    select
        impressions.touch_id,
        impressions.campaign_id,
        impressions.user_id,
        impressions.item_id,
        impressions.propensity
    from {{ ref("int_logged_impressions") }} as impressions
    inner join {{ ref("int_time_boundaries") }} as boundaries
        on impressions.touched_at >= boundaries.test_labels_start_on

),

ranks as (

    select * from {{ ref("policy_item_ranks") }}

),

lists as (

    select distinct
        policy,
        campaign_id,
        list_user_id,
        ranked_item_count
    from ranks

),

policies as (

    {% for cutoff in cutoffs %}
    select 'popularity' as policy, {{ cutoff }} as cutoff, false as is_personal
    union all
    select 'recommendations' as policy, {{ cutoff }} as cutoff, true as is_personal
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

judged as (

    select
        policies.policy,
        policies.cutoff,
        impressions.*,
        case when policies.is_personal then impressions.user_id else '(all)' end
            as list_user_id
    from impressions
    cross join policies

),

choices as (

    select
        judged.policy,
        judged.cutoff,
        judged.touch_id,
        judged.propensity,
        lists.ranked_item_count,
        least(judged.cutoff, lists.ranked_item_count) as shown_item_count,
        coalesce(ranks.policy_rank <= judged.cutoff, false) as is_shown
    from judged
    left join lists
        on judged.policy = lists.policy
        and judged.campaign_id = lists.campaign_id
        and judged.list_user_id = lists.list_user_id
    left join ranks
        on judged.policy = ranks.policy
        and judged.campaign_id = ranks.campaign_id
        and judged.list_user_id = ranks.list_user_id
        and judged.item_id = ranks.item_id

),

final as (

    select
        policy,
        cutoff,
        touch_id,
        ranked_item_count is not null as is_changed,
        case
            when ranked_item_count is null then propensity
            when is_shown then 1e0 / shown_item_count
            else 0e0
        end as target_propensity
    from choices

)

select * from final
