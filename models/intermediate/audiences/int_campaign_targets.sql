-- Grain: one row per campaign: what it wants its users to buy.
-- Named items before a category, and everything where it names neither.
with

campaigns as (

    select * from {{ ref("precision_marketing", "int_campaigns") }}

),

named as (

    select
        campaign_id,
        case
            when target_item_ids is not null then 'items'
            when target_category is not null then 'category'
            else 'all'
        end as target_kind,
        case
            when target_item_ids is not null then target_item_ids
            when target_category is not null then lower(target_category)
        end as target_text
    from campaigns

),

ranked as (

    select
        *,
        dense_rank() over (
            order by
                case when target_kind = 'all' then 0 else 1 end,
                target_kind,
                target_text
        ) as target_rank,
        max(case when target_kind = 'all' then 1 else 0 end) over ()
            as has_everything
    from named

),

final as (

    select
        campaign_id,
        target_kind,
        target_text,
        -- Campaigns with one target share it: 0 is everything, and only that.
        cast(target_rank - has_everything as integer) as target_index
    from ranked

)

select * from final
