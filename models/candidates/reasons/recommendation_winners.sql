-- Grain: one row per published user and item: the scorer behind it, and how that one
-- sees the history.
{% set scorers = precision_marketing.scorers() %}
with

published_items as (

    select
        user_index,
        item_index,
        case
            when
                greatest(
                    {% for scorer in scorers %}
                    {{ scorer.name }}_contribution
                    {{- "," if not loop.last }}
                    {% endfor %}
                ) > 0
                then winning_scorer
        end as largest_part
    from {{ ref("published_items") }}

),

single_parts as (

    select
        user_index,
        item_index,
        max(part) as scorer
    from {{ ref("recommendation_parts") }}
    where part_kind = 'scorer'
    group by user_index, item_index
    having count(*) = 1

),

-- Where no scorer with a weight knows the item, it may still be among the popular ones.
listed as (

    select
        published_items.user_index,
        published_items.item_index,
        coalesce(
            single_parts.scorer, published_items.largest_part, popularity_scores.scorer
        ) as winning_scorer
    from published_items
    left join single_parts
        on published_items.user_index = single_parts.user_index
        and published_items.item_index = single_parts.item_index
    left join {{ ref("candidate_scores") }} as popularity_scores
        on published_items.user_index = popularity_scores.user_index
        and published_items.item_index = popularity_scores.item_index
        and popularity_scores.time_window = 'serve'
        and popularity_scores.scorer = 'popularity'

),

scorer_reasons as (

    {% for scorer in scorers %}
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
        listed.user_index,
        listed.item_index,
        scorer_reasons.scorer as winning_scorer,
        coalesce(scorer_reasons.reason_code, 'selected') as reason_code,
        coalesce(scorer_reasons.neighbor_table, '') as neighbor_table,
        case scorer_reasons.history_view
            when 'recent' then coalesce(decays.setting_value, 1e0)
            when 'last_day' then 0e0
            else 1e0
        end as history_decay
    from listed
    left join scorer_reasons on listed.winning_scorer = scorer_reasons.scorer
    left join {{ ref("int_scorer_settings") }} as decays
        on scorer_reasons.scorer = decays.scorer
        and decays.setting = 'decay'

)

select * from final
