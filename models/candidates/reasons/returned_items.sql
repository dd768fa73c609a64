-- Grain: one row per user and item of which the user sent back all that they bought.
{{ config(materialized="view") }}
with

lines as (

    select
        user_index,
        item_index,
        is_refund,
        -- A shop may write what comes back with a minus.
        abs(coalesce(quantity, 1e0)) as pieces,
        abs(coalesce(revenue_amount, 0)) as amount
    from {{ ref("precision_marketing", "int_events") }}
    where item_index is not null
        and (is_conversion or is_refund)

),

sums as (

    select
        user_index,
        item_index,
        {{ precision_marketing.exact_sum(
            "case when is_refund then 0e0 else pieces end"
        ) }} as bought_pieces,
        {{ precision_marketing.exact_sum(
            "case when is_refund then pieces else 0e0 end"
        ) }} as returned_pieces,
        sum(case when is_refund then 0 else amount end) as bought_amount,
        sum(case when is_refund then amount else 0 end) as returned_amount
    from lines
    group by user_index, item_index

),

final as (

    select
        user_index,
        item_index
    from sums
    where bought_pieces > 0
        and (
            returned_pieces >= bought_pieces
            -- One refund of several pieces may not say how many.
            or (returned_amount >= bought_amount and bought_amount > 0)
        )

)

select * from final
