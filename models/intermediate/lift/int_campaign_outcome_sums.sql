-- Grain: one row per campaign, variant, segment and metric: sufficient statistics.
-- y is a user's value while measured, x the same user's history. All sums are exact
-- (whole numbers and decimals), whatever the order of rows; cubes are of values by the
-- largest.
with

{% set metrics = precision_marketing.lift_metrics() %}
{% set sums = ["y", "x", "yy", "xx", "xy"] %}
{% set cubes = ["yyy", "yyx", "yxx", "xxx"] %}
{# Kind of segment -> which one a user is in. #}
{% set kinds = {
    "(all)": "'(all)'", "history": "history_segment", "country": "country"
} %}
user_segments as (

    {% for kind, segment in kinds.items() %}
    select
        outcomes.*,
        {% for metric in metrics %}
        largest.largest_{{ metric }},
        {% endfor %}
        '{{ kind }}' as segment_kind,
        {{ segment }} as segment
    from {{ ref("precision_marketing", "int_campaign_user_outcomes") }} as outcomes
    inner join
        {{ ref("precision_marketing", "int_campaign_largest_values") }} as largest
        on outcomes.campaign_id = largest.campaign_id
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
        sum({{ precision_marketing.exact_product(y, y) }}) as {{ metric }}_yy,
        sum({{ precision_marketing.exact_product(x, x) }}) as {{ metric }}_xx,
        sum({{ precision_marketing.exact_product(x, y) }}) as {{ metric }}_xy,
        {% for name in cubes %}
        {% set cube = [] %}
        {% for letter in name %}
        {% do cube.append("(" ~ {"y": y, "x": x}[letter] ~ ") / largest_" ~ metric) %}
        {% endfor %}
        {{ precision_marketing.fine_exact_sum(cube | join(" * ")) }}
        * power(max(largest_{{ metric }}), 3) as {{ metric }}_{{ name }},
        {% endfor %}
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
        {% for name in sums + cubes %}
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
