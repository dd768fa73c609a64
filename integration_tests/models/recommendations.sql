-- Grain: one row per tea: how many customers it is offered to.
with

recommendations as (

    select * from {{ ref("precision_marketing", "recommendations") }}

),

final as (

    select
        item_id,
        count(*) as customer_count
    from recommendations
    group by item_id

)

select * from final
