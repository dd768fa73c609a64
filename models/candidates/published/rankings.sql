-- Grain: one row per time window, ranking, user and rank: what each ranking would show,
-- and in `serve` what the published one shows.
{{ config(materialized="view") }}
{% set columns = [
    "time_window", "scorer", "user_index", "item_index", "score", "ranking_rank",
    "is_fallback",
] %}
with

final as (

    {% for relation in [ref("judged_rankings"), ref("served_rankings")] %}
    select {{ columns | join(", ") }}
    from {{ relation }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from final
