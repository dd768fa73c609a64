-- Grain: one row per business rule of the var `rules`.
{% set text = precision_marketing.kind_type("text") %}
{% set numbers = {"pinned_rank": "rank", "maximum": "maximum"} %}
with

final as (

    {% for rule in precision_marketing.setting("rules") %}
    select
        {{ loop.index }} as rule_number,
        '{{ rule.rule }}' as rule,
        {% for name in ["item_id", "category", "brand"] %}
        {% set value = rule.get(name) | string if name in rule else none %}
        cast(
            {{ dbt.string_literal(dbt.escape_single_quotes(value))
                if value is not none else "null" }} as {{ text }}
        ) as {{ name }},
        {% endfor %}
        {% for name, key in numbers.items() %}
        cast({{ rule.get(key, "null") }} as integer) as {{ name }}
        {{- "," if not loop.last }}
        {% endfor %}
    union all
    {% endfor %}
    select
        0 as rule_number,
        '' as rule,
        cast(null as {{ text }}) as item_id,
        cast(null as {{ text }}) as category,
        cast(null as {{ text }}) as brand,
        cast(null as integer) as pinned_rank,
        cast(null as integer) as maximum
    where 1 = 0

)

select * from final
