-- Grain: one row per campaign and variant: a user's revenue after refunds.
with

measurements as (

    select * from {{ ref("precision_marketing", "int_campaign_measurements") }}

),

order_refunds as (

    select
        conversion_id,
        sum(refund_amount) as refund_amount
    from {{ ref("precision_marketing", "int_refunds") }}
    where conversion_id is not null
    group by conversion_id

),

-- Of the orders that the lift counts, whenever they go back.
user_refunds as (

    select
        measurements.campaign_id,
        measurements.user_id,
        sum(order_refunds.refund_amount) as refund_amount
    from measurements
    inner join {{ ref("precision_marketing", "int_conversions") }} as conversions
        on measurements.user_id = conversions.user_id
        and conversions.converted_at
        between coalesce(measurements.measured_from, conversions.converted_at)
        and coalesce(measurements.measured_until, conversions.converted_at)
    inner join order_refunds
        on conversions.conversion_id = order_refunds.conversion_id
    group by measurements.campaign_id, measurements.user_id

),

{% set net = "outcomes.measured_revenue_amount - coalesce(refunds.refund_amount, 0)" %}
arms as (

    select
        outcomes.campaign_id,
        outcomes.variant,
        outcomes.is_control,
        count(*) as user_count,
        cast(sum({{ net }}) as double) as sum_y,
        cast(sum({{ precision_marketing.exact_product(net, net) }}) as double) as sum_yy
    from {{ ref("precision_marketing", "int_campaign_user_outcomes") }} as outcomes
    left join user_refunds as refunds
        on outcomes.campaign_id = refunds.campaign_id
        and outcomes.user_id = refunds.user_id
    group by outcomes.campaign_id, outcomes.variant, outcomes.is_control

),

final as (

    select
        campaign_id,
        variant,
        is_control,
        sum_y / user_count as mean,
        {{ precision_marketing.sample_variance("user_count", "sum_y", "sum_yy") }}
        / user_count as squared_error
    from arms

)

select * from final
