-- Grain: one row per line of an order: one purchase of one item, of a user who may be
-- profiled. Others' orders count in sums alone (docs/privacy.md).
{% set amount = precision_marketing.kind_type("amount") %}
with

lines as (

    select lines.*
    from {{ ref("precision_marketing", "int_order_lines") }} as lines
    inner join {{ ref("precision_marketing", "int_users") }} as users
        on lines.user_id = users.user_id and users.has_profiling_consent
    where not lines.is_refund

),

refunds as (

    select * from {{ ref("precision_marketing", "int_line_refunds") }}

),

{# Nothing went back: zero. Something did, at prices nobody gave: unknown. #}
{% set refund = "case when refunds.event_id is null then 0 else refund_amount end" %}
final as (

    select
        lines.event_id,
        lines.conversion_id,
        lines.order_id,
        lines.user_id,
        lines.item_id,
        lines.occurred_at as ordered_at,
        {{ precision_marketing.shop_day("lines.occurred_at") }} as order_date,
        lines.quantity,
        lines.unit_price,
        lines.revenue_amount,
        refunds.event_id is not null as has_refund,
        cast({{ refund }} as {{ amount }}) as refund_amount,
        cast(lines.revenue_amount - {{ refund }} as {{ amount }}) as net_revenue_amount
    from lines
    left join refunds on lines.event_id = refunds.event_id

)

select * from final
