-- Grain: one row per line of an order of which something went back.
{% set amount = precision_marketing.kind_type("amount") %}
with

order_lines as (

    select * from {{ ref("precision_marketing", "int_order_lines") }}
    where not is_refund

),

-- What went back of an item is of its lines; of one that the order lacks (postage, a
-- replaced article) it is of all lines.
lines as (

    select
        *,
        'item' as scope,
        item_id as scope_item_id
    from order_lines
    union all
    select
        *,
        'order' as scope,
        '' as scope_item_id
    from order_lines

),

refunds as (

    select
        refunds.conversion_id,
        case when ordered.item_id is null then 'order' else 'item' end as scope,
        coalesce(ordered.item_id, '') as scope_item_id,
        sum(refunds.refund_amount) as refund_amount
    from {{ ref("precision_marketing", "int_refunds") }} as refunds
    left join (select distinct conversion_id, item_id from order_lines) as ordered
        on refunds.conversion_id = ordered.conversion_id
        and refunds.item_id = ordered.item_id
    where refunds.conversion_id is not null
    group by refunds.conversion_id, ordered.item_id

),

-- By revenue; equally where no line has any.
weighed as (

    select
        lines.*,
        refunds.refund_amount,
        case
            when max(lines.revenue_amount) over (
                partition by lines.conversion_id, lines.scope, lines.scope_item_id
            ) > 0
                then coalesce(lines.revenue_amount, 0)
            else 1
        end as weight
    from lines
    inner join refunds
        on lines.conversion_id = refunds.conversion_id
        and lines.scope = refunds.scope
        and lines.scope_item_id = refunds.scope_item_id

),

-- As ends of running shares, so that the parts of a refund add up to it exactly.
shares as (

    select
        event_id,
        refund_amount,
        1e0 * sum(weight) over up_to_this / sum(weight) over whole as share_until,
        1e0 * (sum(weight) over up_to_this - weight) / sum(weight) over whole
            as share_from
    from weighed
    window
        whole as (partition by conversion_id, scope, scope_item_id),
        up_to_this as (
            partition by conversion_id, scope, scope_item_id order by event_id
        )

),

final as (

    select
        event_id,
        -- Null where no refund of the line has a price: unknown, not zero.
        cast(sum(
            cast(refund_amount * share_until as {{ amount }})
            - cast(refund_amount * share_from as {{ amount }})
        ) as {{ amount }}) as refund_amount
    from shares
    group by event_id

)

select * from final
