-- Grain: one row per length in days and metric: the shop's users over its last days.
-- Of users who were known before those days began; later ones had less time.
with

visits as (

    select * from {{ ref("precision_marketing", "int_visits") }}

),

periods as (

    select distinct
        measured_days,
        (select max(visits.visited_at) from visits)
        - measured_days * interval '1' day as measured_from
    from {{ ref("precision_marketing", "power_scenarios") }}

),

known_users as (

    select
        users.user_id,
        least(users.signed_up_at, min(visits.visited_at)) as known_since
    from {{ ref("precision_marketing", "int_users") }} as users
    left join visits on users.user_id = visits.user_id
    group by users.user_id, users.signed_up_at

),

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
    from visits

),

user_values as (

    select
        periods.measured_days,
        known_users.user_id,
        case when count(nullif(outcomes.order_count, 0)) > 0 then 1 else 0 end
            as conversion,
        coalesce(sum(outcomes.visit_count), 0) as visits,
        coalesce(sum(outcomes.revenue_amount), 0) as revenue
    from known_users
    inner join periods on known_users.known_since < periods.measured_from
    left join outcomes
        on known_users.user_id = outcomes.user_id
        and periods.measured_from <= outcomes.happened_at
    group by periods.measured_days, known_users.user_id

),

final as (

    {% for metric in ["conversion", "visits", "revenue"] %}
    select
        measured_days,
        '{{ metric }}' as metric,
        count(*) as known_user_count,
        cast(sum({{ metric }}) as double) / count(*) as baseline_mean,
        sqrt({{ precision_marketing.sample_variance(
            "count(*)",
            "cast(sum(" ~ metric ~ ") as double)",
            "cast(sum(" ~ precision_marketing.exact_product(metric, metric)
                ~ ") as double)",
        ) }}) as baseline_deviation
    from user_values
    group by measured_days
    {{ "union all" if not loop.last }}
    {% endfor %}

)

select * from final
