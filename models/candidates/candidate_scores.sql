-- Grain: one row per time window, scorer, user and item: every scorer in one shape.
{{ config(materialized="view") }}

with

final as (

    {% for scorer in precision_marketing.scorers() %}
    select
        time_window,
        scorer,
        user_index,
        item_index,
        score,
        scorer_rank
    from {{ ref(scorer["name"] ~ "_scores") }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from final
