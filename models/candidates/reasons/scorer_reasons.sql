-- Grain: one row per scorer: what a recommendation of it says, how it sees the history.
with

final as (

    {% for scorer in precision_marketing.scorers() %}
    {% set neighbors = precision_marketing.reason_neighbors(scorer) %}
    {% set view = precision_marketing.history_view(scorer) %}
    select
        '{{ scorer.name }}' as scorer,
        '{{ scorer.reason_code }}' as reason_code,
        '{{ neighbors }}' as neighbor_table,
        '{{ view }}' as history_view
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from final
