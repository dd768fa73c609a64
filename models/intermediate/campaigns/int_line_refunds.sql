-- Grain: one row per line of an order of which something went back.
{% set amount = precision_marketing.kind_type("amount") %}
with

order_lines as (

    select * from {{ ref("precision_marketing", "int_order_lines") }}
    where not is_refund

),

ordered as (

    select distinct
        conversion_id,
        item_id
    from order_lines

),

-- What went back of an item is of its lines; of one the order lacks (postage), of all.
lines as (

    select
        *,
        item_id as scope
    from order_lines
    union all
    select
        *,
        '' as scope
    from order_lines

),

refunds as (

    select
        refunds.conversion_id,
        coalesce(ordered.item_id, '') as scope,
        sum(refunds.refund_amount) as refund_amount
    from {{ ref("precision_marketing", "int_refunds") }} as refunds
    left join ordered
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
            when max(lines.revenue_amount) over a_scope > 0
                then coalesce(lines.revenue_amount, 0)
            else 1
        end as weight
    from lines
    inner join refunds
        on lines.conversion_id = refunds.conversion_id
        and lines.scope = refunds.scope
    window a_scope as (partition by lines.conversion_id, lines.scope)

),

-- As ends of running shares, so that the parts of a refund add up to it exactly.
shares as (

    select
        event_id,
        refund_amount,
        1e0 * sum(weight) over up_to_this / sum(weight) over whole as share_until,
        1e0 * (sum(weight) over (up_to_this) - weight) / sum(weight) over whole
            as share_from
    from weighed
    window
        whole as (partition by conversion_id, scope),
        up_to_this as (partition by conversion_id, scope order by event_id)

),

final as (

    select
        event_id,
        -- Null where no refund of the line has a price: unknown, not zero.
        cast(sum(
            {{ precision_marketing.decimal_of("refund_amount * share_until", amount) }}
            - {{ precision_marketing.decimal_of("refund_amount * share_from", amount) }}
        ) as {{ amount }}) as refund_amount
    from shares
    group by event_id

)

select * from final
