-- Grain: one row per user, recommended item and part of the score.
with

parts as (

    select * from {{ ref("recommendation_parts") }}

),

published_items as (

    select * from {{ ref("published_items") }}

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
        case
            when parts.part_kind <> 'base'
                then cast(
                    row_number() over (
                        partition by
                            parts.user_index, parts.item_index, parts.part_kind = 'base'
                        order by abs(parts.contribution) desc, parts.part
                    ) as integer
                )
        end as contribution_rank,
        published_items.published_ranking
    from parts
    inner join published_items
        on parts.user_index = published_items.user_index
        and parts.item_index = published_items.item_index
    inner join {{ ref("int_users") }} as users on parts.user_index = users.user_index
    inner join {{ ref("int_items") }} as items on parts.item_index = items.item_index

)

select * from final
