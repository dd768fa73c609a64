-- Grain: one row per user, recommended item and part of the score.
with

parts as (

    select * from {{ ref("precision_marketing", "recommendation_parts") }}

),

published_items as (

    select * from {{ ref("precision_marketing", "published_items") }}

),

users as (

    select * from {{ ref("precision_marketing", "int_users") }}

),

items as (

    select * from {{ ref("precision_marketing", "int_items") }}

),

final as (

    select
        users.user_id,
        items.item_id,
        parts.part,
        parts.part_kind,
        parts.contribution,
        parts.logit_contribution,
        parts.strongest_feature,
        published_items.published_ranking
    from parts
    inner join published_items
        on parts.user_index = published_items.user_index
        and parts.item_index = published_items.item_index
    inner join users on parts.user_index = users.user_index
    inner join items on parts.item_index = items.item_index

)

select * from final
