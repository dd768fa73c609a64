-- Grain: one row per campaign that a holdout measured: what being drawn for it changed.
-- All treated variants together, weighted by their users: the best of several would be
-- the luckiest. Their lifts share a control, so that the intervals are put together as
-- those of correlated estimates (Zou 2007); of one variant it is that of its lift.
with

arms as (

    select
        campaign_id,
        metric,
        treated_user_count,
        absolute_lift,
        absolute_lift_lower,
        1e0 * treated_user_count
        / sum(treated_user_count) over (partition by campaign_id, metric) as weight,
        absolute_lift - absolute_lift_lower as distance_down,
        absolute_lift_upper - absolute_lift as distance_up,
        -- The control's part of the variance, and so the correlation of two lifts.
        1e0 * treated_user_count / (treated_user_count + control_user_count)
            as shared_variance
    from {{ ref("precision_marketing", "int_campaign_lift") }}
    where
        segment_kind = '(all)' and method = 'raw'
        and metric in ('conversion', 'revenue')
        and treated_user_count > 0 and control_user_count > 0
        -- An arm that lost users measured nothing.
        and verdict <> 'broken'

),

lifts as (

    select
        campaign_id,
        metric,
        cast(sum(treated_user_count) as bigint) as treated_user_count,
        {% for end in ["down", "up"] %}
        {% set distance = "weight * distance_" ~ end %}
        {% set own = "power(" ~ distance ~ ", 2) * (1e0 - shared_variance)" %}
        sqrt(
            {{ precision_marketing.fine_exact_sum(own) }}
            + power({{ precision_marketing.fine_exact_sum(
                distance ~ " * sqrt(shared_variance)") }}, 2)
        ) as {{ "distance_" ~ end }},
        {% endfor %}
        {{ precision_marketing.fine_exact_sum("weight * absolute_lift") }} as lift
    from arms
    group by campaign_id, metric
    -- One without an interval leaves all without.
    having count(absolute_lift_lower) = count(*)

),

final as (

    select
        conversion.campaign_id,
        conversion.treated_user_count,
        conversion.lift as uplift,
        conversion.lift - conversion.distance_down as uplift_lower,
        conversion.lift + conversion.distance_up as uplift_upper,
        revenue.lift as revenue_lift,
        revenue.lift - revenue.distance_down as revenue_lift_lower,
        revenue.lift + revenue.distance_up as revenue_lift_upper
    from lifts as conversion
    left join lifts as revenue
        on conversion.campaign_id = revenue.campaign_id
        and revenue.metric = 'revenue'
    where conversion.metric = 'conversion'

)

select * from final
