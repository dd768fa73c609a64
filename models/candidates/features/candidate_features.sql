-- Grain: one row per time window, user and candidate item without a gap to drop: what
-- the learned rankings read. Every feature is in single precision and without nulls.
{{ config(materialized="view") }}
{% set rules = precision_marketing.feature_gap_rules() %}
with

final as (

    select
        time_window,
        user_index,
        item_index,
        is_label,
        {% for name, gap in rules.items() %}
        {% if gap == "drop" %}
        cast({{ name }} as float)
            as feature_{{ name }},
        {% else %}
        cast(coalesce({{ name }}, cast({{ gap }} as double)) as float)
            as feature_{{ name }},
        {% endif %}
        {% endfor %}
        training_half,
        training_role
    from {{ ref("precision_marketing", "candidate_feature_values") }}
    where true
    {% for name, gap in rules.items() if gap == "drop" %}
        and {{ name }} is not null
    {% endfor %}

)

select * from final
