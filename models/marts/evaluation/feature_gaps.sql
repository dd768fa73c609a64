-- Grain: one row per time window and feature: how often it was missing, what was done.
{% set rules = precision_marketing.feature_gap_rules() %}
with

counts as (

    select
        time_window,
        {% for name in rules %}
        count({{ name }}) as {{ name }},
        {% endfor %}
        count(*) as candidate_count
    from {{ ref("precision_marketing", "candidate_feature_values") }}
    group by time_window

),

final as (

    {% for name, gap in rules.items() %}
    select
        time_window,
        '{{ name }}' as feature,
        '{{ name.split("__")[0] }}' as feature_group,
        {% if gap == "drop" %}
        'drop' as gap_rule,
        cast(null as double) as filled_with,
        {% else %}
        'fill' as gap_rule,
        {{ gap }}e0 as filled_with,
        {% endif %}
        candidate_count,
        candidate_count - {{ name }} as missing_count
    from counts
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from final
