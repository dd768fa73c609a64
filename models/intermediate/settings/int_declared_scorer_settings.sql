-- Grain: one row per scorer and setting, as the defaults and the vars have it.
-- depends_on: {{ ref("precision_marketing", "int_python_library") }}
with

final as (

    {% for scorer, name, value, is_set in
        precision_marketing.declared_scorer_settings() %}
    select
        '{{ scorer }}' as scorer,
        '{{ name }}' as setting,
        {{ precision_marketing.setting_columns(value) }},
        {{ is_set | lower }} as is_set_by_user
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from final
