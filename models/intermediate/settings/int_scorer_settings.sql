-- Grain: one row per scorer and setting; Python models read their settings here.
with

declared as (

    select * from {{ ref("precision_marketing", "int_declared_scorer_settings") }}

),

-- Not a step of a build that searches nothing: scorers need not wait for it.
chosen as (

    {% if precision_marketing.setting("tuning", "enabled") %}
    select
        scorer,
        setting,
        setting_value,
        setting_text
    from {{ ref("precision_marketing", "int_scorer_tuning_trials") }}
    where is_chosen
    {% else %}
    select
        scorer,
        setting,
        setting_value,
        setting_text
    from declared
    where 1 = 0
    {% endif %}

),

final as (

    select
        declared.scorer,
        declared.setting,
        coalesce(chosen.setting_value, declared.setting_value) as setting_value,
        coalesce(chosen.setting_text, declared.setting_text) as setting_text
    from declared
    left join chosen
        on declared.scorer = chosen.scorer
        and declared.setting = chosen.setting

)

select * from final
