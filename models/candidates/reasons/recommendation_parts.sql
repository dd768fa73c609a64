-- Grain: one row per published user, item and part of the score, one part the base.
with

known_parts as (

    select
        user_index,
        item_index,
        part,
        case part when 'base' then 'base' else 'feature_group' end as part_kind,
        contribution,
        logit_contribution,
        strongest_feature
    from {{ ref("feature_contributions") }}
    union all
    select
        user_index,
        item_index,
        part,
        'scorer' as part_kind,
        contribution,
        null as logit_contribution,
        null as strongest_feature
    from {{ ref("scorer_parts") }}

),

explained_items as (

    select
        user_index,
        item_index,
        max(part_kind = 'base') as has_base
    from known_parts
    group by user_index, item_index

),

-- What no part explains: nothing where there is one, else the whole score (an item
-- that a rule put into the list, say).
bases as (

    select
        published_items.user_index,
        published_items.item_index,
        case
            when explained_items.item_index is null then published_items.score
            else 0e0
        end as contribution
    from {{ ref("published_items") }} as published_items
    left join explained_items
        on published_items.user_index = explained_items.user_index
        and published_items.item_index = explained_items.item_index
    where not coalesce(explained_items.has_base, false)

),

final as (

    select * from known_parts
    union all
    select
        user_index,
        item_index,
        'base' as part,
        'base' as part_kind,
        contribution,
        null as logit_contribution,
        null as strongest_feature
    from bases

)

select * from final
