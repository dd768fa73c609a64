-- Grain: one row per campaign and user assigned to it, reached or not: what was done.
-- Of each metric the value while measured, the history of the user before the draw, and
-- the baseline, as long before the draw as the campaign runs.
with

measurements as (

    select * from {{ ref("int_campaign_measurements") }}

),

outcomes as (

    select
        user_id,
        converted_at as happened_at,
        1 as order_count,
        0 as visit_count,
        revenue_amount
    from {{ ref("int_conversions") }}

    union all

    select
        user_id,
        visited_at as happened_at,
        0 as order_count,
        1 as visit_count,
        null as revenue_amount
    from {{ ref("int_visits") }}

),

placed_outcomes as (

    select
        measurements.campaign_id,
        measurements.user_id,
        outcomes.order_count,
        outcomes.visit_count,
        outcomes.revenue_amount,
        -- A time that is not given leaves the period open, for every variant alike.
        outcomes.happened_at
        >= coalesce(measurements.measured_from, outcomes.happened_at)
        and outcomes.happened_at
        <= coalesce(measurements.measured_until, outcomes.happened_at) as is_measured,
        coalesce(outcomes.happened_at < measurements.assigned_at, false) as is_before,
        coalesce(
            outcomes.happened_at < measurements.assigned_at
            and outcomes.happened_at >= measurements.history_from, false
        ) as is_history,
        coalesce(
            outcomes.happened_at < measurements.assigned_at
            and outcomes.happened_at >= measurements.baseline_from, false
        ) as is_baseline
    from measurements
    inner join outcomes on measurements.user_id = outcomes.user_id

),

{% set periods = ["measured", "history", "baseline"] %}
user_sums as (

    select
        campaign_id,
        user_id,
        sum(order_count) filter (where is_before) as before_order_count,
        sum(visit_count) filter (where is_before) as before_visit_count,
        {% for period in periods %}
        sum(order_count) filter (where is_{{ period }}) as {{ period }}_order_count,
        sum(visit_count) filter (where is_{{ period }}) as {{ period }}_visit_count,
        sum(revenue_amount) filter (where is_{{ period }})
            as {{ period }}_revenue_amount,
        {% endfor %}
        count(revenue_amount) filter (where is_measured) as priced_order_count
    from placed_outcomes
    group by campaign_id, user_id

),

{% set amount = precision_marketing.kind_type("amount") %}
final as (

    select
        measurements.campaign_id,
        measurements.user_id,
        measurements.variant,
        measurements.is_control,
        measurements.country,
        -- By what was done before the draw alone: a segment that the campaign could
        -- move users into would not be comparable between the arms.
        case
            when user_sums.before_order_count > 1 then 'repeat buyer'
            when user_sums.before_order_count = 1 then 'one order'
            when user_sums.before_visit_count > 0 then 'visitor'
            else 'never seen'
        end as history_segment,
        {% for period in periods %}
        cast(coalesce(user_sums.{{ period }}_order_count, 0) as bigint)
            as {{ period }}_order_count,
        cast(coalesce(user_sums.{{ period }}_visit_count, 0) as bigint)
            as {{ period }}_visit_count,
        cast(coalesce(user_sums.{{ period }}_revenue_amount, 0) as {{ amount }})
            as {{ period }}_revenue_amount,
        {% endfor %}
        coalesce(user_sums.priced_order_count, 0) as priced_order_count
    from measurements
    left join user_sums
        on measurements.campaign_id = user_sums.campaign_id
        and measurements.user_id = user_sums.user_id

)

select * from final
