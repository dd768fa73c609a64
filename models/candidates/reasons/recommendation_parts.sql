-- Grain: one row per published user, item and part of the score, one part the base.
with

published_items as (

    select * from {{ ref("published_items") }}

),

feature_totals as (

    select
        user_index,
        item_index,
        sum(contribution) as total
    from {{ ref("feature_contributions") }}
    group by user_index, item_index

),

-- A model of features explains its own scores only: an item that a rule put into the
-- list has another one.
feature_items as (

    select
        published_items.user_index,
        published_items.item_index
    from published_items
    inner join feature_totals
        on published_items.user_index = feature_totals.user_index
        and published_items.item_index = feature_totals.item_index
    where abs(published_items.score - feature_totals.total) <= 1e-6

),

known_parts as (

    select
        contributions.user_index,
        contributions.item_index,
        contributions.part,
        case contributions.part
            when 'base' then 'base' else 'feature_group'
        end as part_kind,
        contributions.contribution,
        contributions.logit_contribution,
        contributions.strongest_feature
    from {{ ref("feature_contributions") }} as contributions
    inner join feature_items
        on contributions.user_index = feature_items.user_index
        and contributions.item_index = feature_items.item_index
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
