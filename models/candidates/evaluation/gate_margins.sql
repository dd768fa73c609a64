-- Grain: one row per ranking: its margin over the best simpler one, on the users of
-- `train`, each scored by models that have not seen her (the gate).
{% set minimum_users = 200 %}
with

quality as (

    select
        scorer,
        user_index,
        ndcg_at_k
    from {{ ref("precision_marketing", "user_ranking_quality") }}
    where time_window = 'train' and k = 10

),

means as (

    select
        scorer,
        count(*) as gate_user_count,
        {{ precision_marketing.exact_mean("ndcg_at_k") }} as ndcg_at_10
    from quality
    group by scorer

),

-- On the word of few users, and of equals, the blend: it cannot be far off.
best_simpler as (

    select scorer
    from means
    where scorer <> 'neural'
    qualify row_number() over (
            order by
                case
                    when gate_user_count >= {{ minimum_users }}
                        then round(ndcg_at_10, 9)
                    else 0e0
                end desc,
                case when scorer = 'blend' then 0 else 1 end,
                scorer
        ) = 1

),

-- Same users on both sides: every ranking is made for all of them.
differences as (

    select
        quality.scorer,
        quality.ndcg_at_k - simpler.ndcg_at_k as difference
    from quality
    inner join best_simpler on true
    inner join quality as simpler
        on best_simpler.scorer = simpler.scorer
        and quality.user_index = simpler.user_index

),

margins as (

    select
        scorer,
        {{ precision_marketing.exact_mean("difference") }} as margin,
        {{ precision_marketing.standard_error("difference") }} as standard_error
    from differences
    group by scorer

),

final as (

    select
        means.scorer,
        means.gate_user_count,
        means.ndcg_at_10,
        means.scorer = best_simpler.scorer as is_best_simpler,
        means.gate_user_count >= {{ minimum_users }} as has_enough_users,
        margins.margin,
        {{ precision_marketing.normal_bound(
            "margins.margin", "margins.standard_error", "-"
        ) }} as margin_lower,
        {{ precision_marketing.normal_bound(
            "margins.margin", "margins.standard_error", "+"
        ) }} as margin_upper
    from means
    left join margins on means.scorer = margins.scorer
    left join best_simpler on true

)

select * from final
