-- Grain: one row per network (seed) and training epoch of the neural scorer.
with

records as (

    select *
    from {{ ref("precision_marketing", "neural_scorer_model") }}
    where record_type = 'epoch_metric' and scorer = 'neural'

),

final as (

    select
        seed,
        epoch,
        {% for name in [
            "training_loss", "training_accuracy", "holdout_loss", "holdout_accuracy",
            "holdout_auc", "holdout_ndcg_at_10",
        ] %}
        max(case when name = '{{ name }}' then value end) as {{ name }},
        {% endfor %}
        max(case when name = 'is_published_epoch' then value end) = 1 as is_kept_epoch
    from records
    group by seed, epoch

)

select * from final
