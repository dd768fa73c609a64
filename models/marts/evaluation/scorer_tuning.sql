-- Grain: one row per scorer, trial and setting of the search for settings.
with

trials as (

    select * from {{ ref("precision_marketing", "int_scorer_tuning_trials") }}

),

declared as (

    select * from {{ ref("precision_marketing", "int_declared_scorer_settings") }}

),

final as (

    select
        trials.scorer,
        trials.trial,
        trials.setting,
        declared.setting_value as declared_value,
        declared.setting_text as declared_text,
        trials.setting_value as tried_value,
        trials.setting_text as tried_text,
        trials.ndcg,
        trials.ndcg_standard_error,
        trials.ndcg_difference,
        trials.difference_standard_error,
        trials.user_count,
        trials.is_declared,
        trials.is_chosen,
        trials.seed
    from trials
    inner join declared
        on trials.scorer = declared.scorer
        and trials.setting = declared.setting

)

select * from final
