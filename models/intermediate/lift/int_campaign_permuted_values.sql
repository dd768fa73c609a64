-- Grain: one row per campaign, treated variant, segment, metric and method that is too
-- skewed: values that are drawn anew, the largest one by one, of others the moments.
{% set metrics = precision_marketing.lift_metrics() %}
{% set places = precision_marketing.permuted_places() %}
{% set keys = [
    "campaign_id", "variant", "segment_kind", "segment", "metric", "method",
] %}
with

outcomes as (

    {% for metric, (y, x) in metrics.items() %}
    select
        campaign_id,
        user_id,
        variant,
        is_control,
        country,
        history_segment,
        '{{ metric }}' as metric,
        cast({{ y }} as double) as y,
        cast({{ x }} as double) as x
    from {{ ref("precision_marketing", "int_campaign_user_outcomes") }}
    where ({{ y }}) <> 0 or ({{ x }}) <> 0
    {{ "union all" if not loop.last }}
    {% endfor %}

),

compared as (

    select
        {% for key in keys %}
        skewed.{{ key }},
        {% endfor %}
        skewed.treated_user_count,
        skewed.control_user_count,
        outcomes.user_id,
        outcomes.is_control,
        skewed.outcome_weight * outcomes.y - skewed.theta * outcomes.x as v
    from {{ ref("precision_marketing", "int_campaign_skewness") }} as skewed
    inner join outcomes
        on skewed.campaign_id = outcomes.campaign_id
        and skewed.metric = outcomes.metric
        and (skewed.variant = outcomes.variant or outcomes.is_control)
        and skewed.segment = case skewed.segment_kind
            when '(all)' then '(all)'
            when 'history' then outcomes.history_segment
            else outcomes.country
        end
    where skewed.is_too_skewed

),

ranked as (

    select
        *,
        row_number() over (
            partition by {{ keys | join(", ") }}
            order by abs(v) desc, user_id
        ) as place,
        -- No power of a value by it is above 1.
        max(abs(v)) over (partition by {{ keys | join(", ") }}) as scale
    from compared
    where v <> 0e0

),

{% set is_other = "case when place > " ~ places ~ " then " %}
final as (

    select
        {{ keys | join(",\n        ") }},
        {{ precision_marketing.exact_sum("case when is_control then 0e0 else v end") }}
            as treated_sum,
        {{ precision_marketing.exact_sum("abs(v)") }} as absolute_sum,
        count(*) as value_count,
        {% for place in range(1, places + 1) %}
        coalesce(max(case when place = {{ place }} then v end), 0e0)
            as value_{{ place }},
        {% endfor %}
        coalesce(min({{ is_other }} abs(v) end), 0e0) as least_other,
        max(scale) as scale,
        max(treated_user_count) as treated_user_count,
        max(control_user_count) as control_user_count,
        coalesce({{ precision_marketing.fine_exact_sum(
            is_other ~ "v / scale end") }}, 0e0) as other_sum,
        coalesce({{ precision_marketing.fine_exact_sum(
            is_other ~ "power(v / scale, 2) end") }}, 0e0) as other_squares,
        coalesce({{ precision_marketing.fine_exact_sum(
            is_other ~ "power(v / scale, 3) end") }}, 0e0) as other_cubes
    from ranked
    group by {{ keys | join(", ") }}

)

select * from final
