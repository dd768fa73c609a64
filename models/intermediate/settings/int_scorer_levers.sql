-- Grain: one row per scorer, setting and value that the search may try.
with

declared as (

    select * from {{ ref("precision_marketing", "int_declared_scorer_settings") }}

),

tried as (

    {% for scorer, library_function, name, value in
        precision_marketing.scorer_levers() %}
    select
        {{ loop.index }} as lever_place,
        '{{ scorer }}' as scorer,
        '{{ library_function }}' as library_function,
        '{{ name }}' as setting,
        {{ precision_marketing.setting_columns(value) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- What the user set is kept.
final as (

    select tried.*
    from tried
    inner join declared
        on tried.scorer = declared.scorer
        and tried.setting = declared.setting
    where not declared.is_set_by_user

)

select * from final
