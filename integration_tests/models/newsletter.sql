-- Grain: one row per user who gets the newsletter: the first thing to offer.
with

recommendations as (

    select * from {{ ref("precision_marketing", "recommendations") }}

),

final as (

    select
        user_id,
        item_id,
        reason_text
    from recommendations
    where recommendation_rank = 1

)

select * from final
