-- Grain: one row per published user, item and part of the score, one part the base.
with

published_items as (

    select * from {{ ref("published_items") }}

),

-- A model of features explains its own scores only: an item that a rule put into the
-- list has another one.
feature_parts as (

    select feature_contributions.*
    from {{ ref("feature_contributions") }} as feature_contributions
    inner join published_items
        on feature_contributions.user_index = published_items.user_index
        and feature_contributions.item_index = published_items.item_index
    qualify abs(
            published_items.score
            - sum(feature_contributions.contribution) over (
                partition by
                    feature_contributions.user_index, feature_contributions.item_index
            )
        ) <= 1e-6

),

known_parts as (

    select
        user_index,
        item_index,
        part,
        case part when 'base' then 'base' else 'feature_group' end as part_kind,
        contribution,
        logit_contribution,
        strongest_feature
    from feature_parts
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

-- What no part explains: nothing where there is one, else the whole score.
final as (

    select * from known_parts
    union all
    select
        published_items.user_index,
        published_items.item_index,
        'base' as part,
        'base' as part_kind,
        case
            when explained_items.item_index is null then published_items.score
            else 0e0
        end as contribution,
        null as logit_contribution,
        null as strongest_feature
    from published_items
    left join explained_items
        on published_items.user_index = explained_items.user_index
        and published_items.item_index = explained_items.item_index
    where not coalesce(explained_items.has_base, false)

)

select * from final
