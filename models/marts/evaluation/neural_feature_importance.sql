-- Grain: one row per group of features.
with

records as (

    select * from {{ ref("precision_marketing", "neural_scorer_model") }}

),

final as (

    select
        name as feature_group,
        max(case when record_type = 'importance_baseline' then value end)
            as ndcg_at_10,
        {{ precision_marketing.exact_mean(
            "case when record_type = 'importance' then value end"
        ) }} as ndcg_drop,
        min(case when record_type = 'importance' then value end) as lowest_ndcg_drop,
        max(case when record_type = 'importance' then value end) as highest_ndcg_drop,
        count(case when record_type = 'importance' then value end)
            as permutation_count
    from records
    where record_type in ('importance', 'importance_baseline')
    group by name

)

select * from final
