-- Grain: one row per time window, scorer, user and item: every scorer in one shape.
{{ config(materialized="view") }}
{% set names = precision_marketing.scorers() | map(attribute="name") | sort %}
with

final as (

    {% for scorer in precision_marketing.scorers() %}
    select
        time_window,
        scorer,
        -- Place in alphabetical order, from 0: a number reads faster than a name.
        {{ names.index(scorer.name) }} as scorer_number,
        user_index,
        item_index,
        score,
        scorer_rank
    from {{ ref("precision_marketing", scorer.name ~ "_scores") }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from final
