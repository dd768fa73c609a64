-- Grain: one row per number of a learned scorer: scaling, weight or bias.
with

records as (

    select * from {{ ref("precision_marketing", "neural_scorer_model") }}

),

final as (

    select
        scorer,
        seed,
        record_type,
        layer,
        input_index,
        output_index,
        name,
        value
    from records
    where scorer in ('neural', 'logistic_regression')
        and record_type in (
            'feature_mean', 'feature_scale', 'weight', 'bias', 'sampling_rate'
        )

)

select * from final
