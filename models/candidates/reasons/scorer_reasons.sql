-- Grain: one row per scorer: what a recommendation of it says, how it sees the history.
with

records as (

    {% for scorer in precision_marketing.scorers() %}
    select
        '{{ scorer.name }}' as scorer,
        '{{ scorer.reason_code }}' as reason_code,
        '{{ scorer.neighbors }}' as neighbor_table,
        '{{ scorer.history_view }}' as history_view
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

final as (

    select
        records.scorer,
        records.reason_code,
        records.neighbor_table,
        -- What an older day of the history counts of the next.
        case records.history_view
            when 'recent' then coalesce(decays.setting_value, 1e0)
            when 'last_day' then 0e0
            else 1e0
        end as history_decay
    from records
    left join {{ ref("precision_marketing", "int_scorer_settings") }} as decays
        on records.scorer = decays.scorer
        and decays.setting = 'decay'

)

select * from final
