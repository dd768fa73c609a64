-- Grain: one row per campaign, variant, segment and metric: sufficient statistics.
-- y is a user's value while measured, x the same user's history. All sums are exact
-- (whole numbers and decimals), whatever the order of rows.
with

{# Metric -> y, x of one user. #}
{% set metrics = {
    "conversion": [
        "case when measured_order_count > 0 then 1 else 0 end", "history_order_count"
    ],
    "visits": ["measured_visit_count", "history_visit_count"],
    "revenue": ["measured_revenue_amount", "history_revenue_amount"],
} %}
{% set sums = ["y", "x", "yy", "xx", "xy"] %}
{# Kind of segment -> which one a user is in. #}
{% set kinds = {
    "(all)": "'(all)'", "history": "history_segment", "country": "country"
} %}
user_segments as (

    {% for kind, segment in kinds.items() %}
    select
        *,
        '{{ kind }}' as segment_kind,
        {{ segment }} as segment
    from {{ ref("precision_marketing", "int_campaign_user_outcomes") }}
    {{ "union all" if not loop.last }}
    {% endfor %}

),

segments as (

    select
        campaign_id,
        variant,
        is_control,
        segment_kind,
        segment,
        sum(measured_order_count) as order_count,
        sum(priced_order_count) as priced_order_count,
        {% for metric, (y, x) in metrics.items() %}
        sum({{ y }}) as {{ metric }}_y,
        sum({{ x }}) as {{ metric }}_x,
        sum(({{ y }}) * ({{ y }})) as {{ metric }}_yy,
        sum(({{ x }}) * ({{ x }})) as {{ metric }}_xx,
        sum(({{ x }}) * ({{ y }})) as {{ metric }}_xy,
        {% endfor %}
        count(*) as user_count
    from user_segments
    group by campaign_id, variant, is_control, segment_kind, segment

),

-- Orders without any price leave the revenue of the campaign unknown; it is not 0.
priced_campaigns as (

    select
        campaign_id,
        sum(order_count) = 0 or sum(priced_order_count) > 0 as has_revenue
    from segments
    where segment_kind = '(all)'
    group by campaign_id

),

final as (

    {% for metric in metrics %}
    {% set known = "priced_campaigns.has_revenue" if metric == "revenue" else "true" %}
    select
        segments.campaign_id,
        segments.variant,
        segments.is_control,
        segments.segment_kind,
        segments.segment,
        '{{ metric }}' as metric,
        {% for name in sums %}
        case when {{ known }} then cast(segments.{{ metric }}_{{ name }} as double) end
            as sum_{{ name }},
        {% endfor %}
        cast(segments.user_count as bigint) as user_count
    from segments
    inner join priced_campaigns on segments.campaign_id = priced_campaigns.campaign_id
    {{ "union all" if not loop.last }}
    {% endfor %}

)

select * from final
