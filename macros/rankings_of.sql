{# Lists of several tables as rankings of one shape, down to a rank. `tables` is from a
   table of lists to the condition on its rows; the blend names its columns itself. #}
{% macro rankings_of(tables, depth) %}
    {% for table, condition in tables.items() %}
    {% set is_blend = table == "blended_candidates" %}
    {% set list_rank = "blend_rank" if is_blend else "scorer_rank" %}
    select
        time_window,
        {{ "'blend' as scorer" if is_blend else "scorer" }},
        user_index,
        item_index,
        {{ "blend_score as score" if is_blend else "score" }},
        {{ list_rank }} as ranking_rank
    from {{ ref("precision_marketing", table) }}
    where {{ condition }} and {{ list_rank }} <= {{ depth }}
    {{ "union all" if not loop.last }}
    {% endfor %}
{% endmacro %}
