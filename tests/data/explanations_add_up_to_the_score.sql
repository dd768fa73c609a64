-- Every recommendation is explained, and its parts add up to its score; a score is not
-- all base unless it is 0. Relative tolerance: a score may be a count of customers.
with

totals as (

    select
        user_id,
        item_id,
        sum(contribution) as total,
        sum(case when part_kind = 'base' then 1 else 0 end) as base_count,
        count(*) as part_count
    from {{ ref("precision_marketing", "recommendation_explanations") }}
    group by user_id, item_id

)

select
    recommendations.user_id,
    recommendations.item_id,
    totals.user_id as explained_user_id,
    totals.item_id as explained_item_id,
    recommendations.score,
    totals.total
from {{ ref("precision_marketing", "recommendations") }} as recommendations
full outer join totals
    on recommendations.user_id = totals.user_id
    and recommendations.item_id = totals.item_id
where recommendations.user_id is null
    or totals.user_id is null
    or totals.base_count <> 1
    or (totals.part_count = 1 and recommendations.score <> 0)
    or abs(recommendations.score - totals.total)
    > 1e-6 * greatest(1e0, abs(recommendations.score))
