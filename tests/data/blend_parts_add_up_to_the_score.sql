-- Of the blend nothing is left for the base. Tolerance: four doubles of size about 1,
-- added in one order or another.
with

totals as (

    select
        user_id,
        item_id,
        sum(contribution) as total
    from {{ ref("precision_marketing", "recommendation_explanations") }}
    where part_kind = 'scorer'
    group by user_id, item_id

)

select
    recommendations.user_id,
    recommendations.recommendation_rank
from {{ ref("precision_marketing", "recommendations") }} as recommendations
left join totals
    on recommendations.user_id = totals.user_id
    and recommendations.item_id = totals.item_id
where recommendations.published_ranking = 'blend'
    and abs(recommendations.score - coalesce(totals.total, 0e0)) > 1e-9
