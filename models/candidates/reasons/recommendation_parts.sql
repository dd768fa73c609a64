-- Grain: one row per published user, item and part of the score, one part the base.
{{ config(materialized="view") }}
with

published_items as (

    select * from {{ ref("precision_marketing", "published_items") }}

),

-- A model of features explains its own scores only: an item that a rule put into the
-- list has another one.
feature_items as (

    select
        contributions.user_index,
        contributions.item_index,
        abs(max(published_items.score) - sum(contributions.contribution)) <= 1e-6
            as is_explained
    from {{ ref("precision_marketing", "feature_contributions") }} as contributions
    inner join published_items
        on contributions.user_index = published_items.user_index
        and contributions.item_index = published_items.item_index
    group by contributions.user_index, contributions.item_index

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
    from {{ ref("precision_marketing", "feature_contributions") }} as contributions
    inner join feature_items
        on contributions.user_index = feature_items.user_index
        and contributions.item_index = feature_items.item_index
    where feature_items.is_explained
    union all
    select
        parts.user_index,
        parts.item_index,
        parts.part,
        'scorer' as part_kind,
        parts.contribution,
        null as logit_contribution,
        null as strongest_feature
    from {{ ref("precision_marketing", "scorer_parts") }} as parts
    left join feature_items
        on parts.user_index = feature_items.user_index
        and parts.item_index = feature_items.item_index
    where parts.is_of_score and feature_items.item_index is null

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
