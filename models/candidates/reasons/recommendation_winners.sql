-- Grain: one row per published user and item: the scorer behind it, and how that one
-- sees the history.
with

published_items as (

    select * from {{ ref("published_items") }}

),

-- One scorer for every item of a ranking that is no sum; none for models of features.
single_parts as (

    select * from {{ ref("recommendation_parts") }} where part_kind = 'scorer'

),

scorer_reasons as (

    {% for scorer in precision_marketing.scorers() %}
    select
        '{{ scorer.name }}' as scorer,
        '{{ scorer.reason_code }}' as reason_code,
        '{{ precision_marketing.reason_neighbors(scorer) }}' as neighbor_table,
        '{{ precision_marketing.history_view(scorer) }}' as history_view
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

decays as (

    select * from {{ ref("int_scorer_settings") }} where setting = 'decay'

),

final as (

    select
        published_items.user_index,
        published_items.item_index,
        scorer_reasons.scorer as winning_scorer,
        scorer_reasons.reason_code,
        scorer_reasons.neighbor_table,
        case scorer_reasons.history_view
            when 'recent' then coalesce(decays.setting_value, 1e0)
            when 'last_day' then 0e0
            else 1e0
        end as history_decay
    from published_items
    left join single_parts
        on published_items.user_index = single_parts.user_index
        and published_items.item_index = single_parts.item_index
        and published_items.published_ranking <> 'blend'
    inner join scorer_reasons
        on coalesce(single_parts.part, published_items.winning_scorer)
        = scorer_reasons.scorer
    left join decays on scorer_reasons.scorer = decays.scorer

)

select * from final
