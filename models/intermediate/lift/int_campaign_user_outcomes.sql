-- Grain: one row per campaign and user assigned to it, reached or not: what was done.
-- Of each metric the value while measured, the history of the user before the draw, and
-- the baseline: as many days as the campaign runs, before those that select its users.
with

outcomes as (

    select
        user_id,
        converted_at as happened_at,
        1 as order_count,
        0 as visit_count,
        revenue_amount
    from {{ ref("precision_marketing", "int_conversions") }}

    union all

    select
        user_id,
        visited_at as happened_at,
        0 as order_count,
        1 as visit_count,
        null as revenue_amount
    from {{ ref("precision_marketing", "int_visits") }}

),

placed_outcomes as (

    select
        measurements.campaign_id,
        measurements.user_id,
        measurements.variant,
        measurements.is_control,
        measurements.country,
        outcomes.order_count,
        outcomes.visit_count,
        outcomes.revenue_amount,
        -- A time that is not given leaves the period open, for every variant alike.
        outcomes.happened_at
        between coalesce(measurements.measured_from, outcomes.happened_at)
        and coalesce(measurements.measured_until, outcomes.happened_at) as is_measured,
        outcomes.happened_at < measurements.assigned_at as is_before,
        outcomes.happened_at < measurements.assigned_at
        and outcomes.happened_at >= measurements.history_from as is_history,
        outcomes.happened_at < measurements.baseline_until
        and outcomes.happened_at >= measurements.baseline_from as is_baseline
    from {{ ref("precision_marketing", "int_campaign_measurements") }} as measurements
    left join outcomes on measurements.user_id = outcomes.user_id

),

{% set amount = precision_marketing.kind_type("amount") %}
final as (

    select
        campaign_id,
        user_id,
        variant,
        is_control,
        country,
        -- By what was done before the draw alone: a segment that the campaign could
        -- move users into would not be comparable between the arms.
        case
            when sum(order_count) filter (where is_before) > 1 then 'repeat buyer'
            when sum(order_count) filter (where is_before) = 1 then 'one order'
            when sum(visit_count) filter (where is_before) > 0 then 'visitor'
            else 'never seen'
        end as history_segment,
        {% for period in ["measured", "history", "baseline"] %}
        {% for measure, type in [
            ("order_count", "bigint"), ("visit_count", "bigint"),
            ("revenue_amount", amount),
        ] %}
        cast(
            coalesce(sum({{ measure }}) filter (where is_{{ period }}), 0)
            as {{ type }}
        ) as {{ period }}_{{ measure }},
        {% endfor %}
        {% endfor %}
        count(revenue_amount) filter (where is_measured) as priced_order_count
    from placed_outcomes
    group by campaign_id, user_id, variant, is_control, country

)

select * from final
