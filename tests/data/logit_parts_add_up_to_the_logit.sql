-- Where the published ranking is linear in the logit, so are its parts. Probabilities
-- keep 40 bits, so the logit of one that is nearly 0 or 1 is known less well.
with

totals as (

    select
        user_id,
        item_id,
        sum(logit_contribution) as logit
    from {{ ref("precision_marketing", "recommendation_explanations") }}
    where logit_contribution is not null
    group by user_id, item_id

)

select
    recommendations.user_id,
    recommendations.item_id,
    recommendations.score,
    totals.logit
from {{ ref("precision_marketing", "recommendations") }} as recommendations
left join totals
    on recommendations.user_id = totals.user_id
    and recommendations.item_id = totals.item_id
where (
    recommendations.published_ranking = 'logistic_regression'
    and totals.logit is null
)
or abs(recommendations.score - 1e0 / (1e0 + exp(-totals.logit))) > 1e-6
