-- Grain: one row per time window and feature: how often it was missing, what was done.
-- Of 20,000 users or more every second counts, of 30,000 every third and so on: the
-- shares are those of all, and the features are not computed once more for everybody.
{% set rules = precision_marketing.feature_gap_rules() %}
with

steps as (

    select
        time_window,
        cast(greatest(floor(count(*) / 10000e0), 1) as integer) as user_step
    from {{ ref("precision_marketing", "int_window_users") }}
    where is_scored
    group by time_window

),

counts as (

    select
        candidates.time_window,
        {% for name in rules %}
        count(candidates.{{ name }}) as {{ name }},
        {% endfor %}
        count(*) as candidate_count
    from {{ ref("precision_marketing", "candidate_feature_values") }} as candidates
    inner join steps
        on candidates.time_window = steps.time_window
        and mod(candidates.user_index, steps.user_step) = 0
    group by candidates.time_window

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
        cast({{ gap }} as double) as filled_with,
        {% endif %}
        candidate_count,
        candidate_count - {{ name }} as missing_count
    from counts
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from final
