-- Grain: one row per item of the catalogue, or of an event that names another.
{% set amount = precision_marketing.kind_type("amount") %}
{% set counts = ["view_count", "viewing_user_count", "order_count",
    "buying_user_count", "refund_count", "recommended_user_count",
    "top_3_user_count", "impression_count", "click_count"] %}
{# Nothing happened: zero. Something did, at prices nobody gave: unknown. #}
{% set revenue = "case when coalesce(sales.order_count, 0) = 0 then 0
            else sales.revenue_amount end" %}
{% set refund = "case when coalesce(sales.refund_count, 0) = 0 then 0
            else sales.refund_amount end" %}
{% set item_id = "coalesce(catalogue.item_id, views.item_id)" %}
with

views as (

    select
        item_id,
        count(*) filter (where event_type in ('view', 'click')) as view_count,
        count(distinct case when event_type in ('view', 'click') then user_id end)
            as viewing_user_count
    from {{ ref("precision_marketing", "int_events") }}
    where item_id is not null
    group by item_id

),

sales as (

    select
        item_id,
        count(distinct case when not is_refund then conversion_id end) as order_count,
        count(distinct case when not is_refund then user_id end) as buying_user_count,
        {{ precision_marketing.exact_sum("case when not is_refund then quantity end") }}
            as quantity,
        sum(case when not is_refund then revenue_amount end) as revenue_amount,
        count(*) filter (where is_refund) as refund_count,
        -1 * sum(case when is_refund then revenue_amount end) as refund_amount
    from {{ ref("precision_marketing", "int_order_lines") }}
    group by item_id

),

offers as (

    select
        item_id,
        count(*) as recommended_user_count,
        count(*) filter (where recommendation_rank <= 3) as top_3_user_count
    from {{ ref("precision_marketing", "recommendations") }}
    group by item_id

),

touches as (

    select
        item_id,
        count(*) filter (where touch_type = 'impression') as impression_count,
        count(*) filter (where touch_type = 'click') as click_count
    from {{ ref("precision_marketing", "stg_campaign_touches") }}
    where item_id is not null
    group by item_id

),

final as (

    select
        {{ item_id }} as item_id,
        catalogue.item_id is not null as is_in_catalogue,
        catalogue.title as item_title,
        catalogue.category,
        catalogue.brand,
        catalogue.price,
        catalogue.is_available,
        catalogue.published_at,
        {% for count in counts %}
        coalesce({{ count }}, 0) as {{ count }},
        {% endfor %}
        coalesce(sales.quantity, 0e0) as quantity,
        cast({{ revenue }} as {{ amount }}) as revenue_amount,
        cast({{ refund }} as {{ amount }}) as refund_amount,
        cast({{ revenue }} - {{ refund }} as {{ amount }}) as net_revenue_amount,
        margins.margin_rate,
        {{ precision_marketing.decimal_of(
            "margins.margin_rate * (" ~ revenue ~ " - " ~ refund ~ ")", amount
        ) }} as net_margin_amount
    from {{ ref("precision_marketing", "int_items") }} as catalogue
    full outer join views on catalogue.item_id = views.item_id
    left join sales on {{ item_id }} = sales.item_id
    left join offers on {{ item_id }} = offers.item_id
    left join touches on {{ item_id }} = touches.item_id
    left join {{ ref("precision_marketing", "int_item_margins") }} as margins
        on {{ item_id }} = margins.item_id

)

select * from final
