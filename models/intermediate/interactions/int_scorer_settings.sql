-- Grain: one row per scorer and setting; Python models read their settings here.
-- depends_on: {{ ref("int_python_library") }}
{% set settings = precision_marketing.scorer_setting_defaults() %}
with

final as (

    {% for scorer in settings %}
    {% for name, value in precision_marketing.scorer_settings(scorer).items() %}
    select
        '{{ scorer }}' as scorer,
        '{{ name }}' as setting,
        cast({{ value }} as double) as setting_value
    union all
    {% endfor %}
    {% endfor %}
    {% for scorer in precision_marketing.scorers() %}
    select
        'blend' as scorer,
        '{{ scorer.name }}' as setting,
        cast({{ scorer.blend_weight }} as double) as setting_value
    union all
    {% endfor %}
    select
        'every_scorer' as scorer,
        'candidates' as setting,
        cast({{ var("candidates_per_scorer") }} as double) as setting_value

)

select * from final
