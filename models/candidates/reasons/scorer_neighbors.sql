-- Grain: one row per table of neighbors that reasons look history items up in, item and
-- neighbor.
{{ config(materialized="view") }}
{% set neighbor_tables = precision_marketing.scorers() | map(attribute="neighbors")
    | select | reject("in", ["itself", "own"]) | unique | list %}
with

final as (

    {% for table in neighbor_tables %}
    select
        '{{ table }}' as neighbor_table,
        item_index,
        neighbor_index,
        similarity
    from {{ ref("precision_marketing", table) }}
    where time_window = 'serve'
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from final
