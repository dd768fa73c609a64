-- Grain: one row per user, recommended item and part of the score.
with

parts as (

    select * from {{ ref("recommendation_parts") }}

),

published_items as (

    select * from {{ ref("published_items") }}

),

ranked as (

    select
        parts.*,
        row_number() over (
            partition by parts.user_index, parts.item_index, parts.part_kind = 'base'
            order by abs(parts.contribution) desc, parts.part
        ) as contribution_rank
    from parts

),

final as (

    select
        users.user_id,
        items.item_id,
        ranked.part,
        ranked.part_kind,
        ranked.contribution,
        ranked.logit_contribution,
        ranked.strongest_feature,
        case
            when ranked.part_kind <> 'base'
                then cast(ranked.contribution_rank as integer)
        end as contribution_rank,
        published_items.published_ranking
    from ranked
    inner join published_items
        on ranked.user_index = published_items.user_index
        and ranked.item_index = published_items.item_index
    inner join {{ ref("int_users") }} as users on ranked.user_index = users.user_index
    inner join {{ ref("int_items") }} as items on ranked.item_index = items.item_index

)

select * from final
