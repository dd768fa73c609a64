-- Grain: one row per campaign, treated variant and metric: what was known before it.
-- All users, for as long as it runs, before the days in which buyers were not selected.
with

variants as (

    select
        *,
        sum(assigned_user_count) filter (where is_control) over (
            partition by campaign_id
        ) as control_user_count
    from {{ ref("precision_marketing", "int_campaign_variants") }}
    where assigned_user_count > 0

),

{# Metric -> a user's value. #}
{% set metrics = {
    "conversion": "case when baseline_order_count > 0 then 1 else 0 end",
    "visits": "baseline_visit_count",
    "revenue": "baseline_revenue_amount",
} %}
whole_baselines as (

    select
        campaign_id,
        -- Rates of days before the first event would be taken for 0.
        coalesce(
            min(baseline_from) >= (
                select min(events.occurred_at)
                from {{ ref("precision_marketing", "int_events") }} as events
            ), false
        ) as has_whole_baseline
    from {{ ref("precision_marketing", "int_campaign_measurements") }}
    group by campaign_id

),

campaign_sums as (

    select
        campaign_id,
        {% for metric, value in metrics.items() %}
        sum({{ value }}) as {{ metric }}_y,
        sum({{ precision_marketing.exact_product(value, value) }}) as {{ metric }}_yy,
        {% endfor %}
        count(*) as user_count
    from {{ ref("precision_marketing", "int_campaign_user_outcomes") }}
    group by campaign_id

),

sums as (

    {% for metric in metrics %}
    select
        campaign_id,
        '{{ metric }}' as metric,
        user_count,
        cast({{ metric }}_y as double) as sum_y,
        cast({{ metric }}_yy as double) as sum_yy
    from campaign_sums
    {{ "union all" if not loop.last }}
    {% endfor %}

),

final as (

    select
        variants.campaign_id,
        variants.variant,
        sums.metric,
        variants.assigned_user_count as treated_user_count,
        cast(coalesce(variants.control_user_count, 0) as bigint) as control_user_count,
        sums.user_count as baseline_user_count,
        {{ precision_marketing.days_between(
            "campaigns.started_at", "campaigns.ended_at"
        ) }} as baseline_days,
        whole_baselines.has_whole_baseline,
        case
            when whole_baselines.has_whole_baseline then sums.sum_y / sums.user_count
        end as baseline_mean,
        case
            when whole_baselines.has_whole_baseline
                then
                    sqrt({{ precision_marketing.sample_variance(
                        "sums.user_count", "sums.sum_y", "sums.sum_yy"
                    ) }})
        end as baseline_deviation
    from variants
    inner join sums on variants.campaign_id = sums.campaign_id
    inner join {{ ref("precision_marketing", "int_campaigns") }} as campaigns
        on variants.campaign_id = campaigns.campaign_id
    inner join whole_baselines on variants.campaign_id = whole_baselines.campaign_id
    where not variants.is_control

)

select * from final
