-- Grain: one row per channel of a path: what conversions lose without it.
-- Between share_before and share_until lies its part of all that the channels lose.
with

losses as (

    select * from {{ ref("precision_marketing", "int_channel_losses") }}

),

-- As decimals: a running sum of doubles depends on how it is computed.
exact as (

    select
        *,
        {% set exact = "decimal(38, 18)" %}
        {{ precision_marketing.decimal_of("removal_effect", exact) }} as exact_effect,
        {{ precision_marketing.decimal_of("revenue_removal_effect", exact) }}
            as exact_revenue_effect
    from losses

),

running as (

    select
        *,
        sum(exact_effect) over (order by channel) as running_effect,
        sum(exact_revenue_effect) over (order by channel) as running_revenue_effect,
        cast(nullif(sum(exact_effect) over (), 0) as double) as total_effect,
        cast(nullif(sum(exact_revenue_effect) over (), 0) as double)
            as total_revenue_effect
    from exact

),

bounds as (

    select
        *,
        cast(running_effect - exact_effect as double) / total_effect
            as removal_effect_before,
        cast(running_effect as double) / total_effect as removal_effect_until,
        cast(running_revenue_effect - exact_revenue_effect as double)
        / total_revenue_effect as revenue_removal_effect_before,
        cast(running_revenue_effect as double) / total_revenue_effect
            as revenue_removal_effect_until
    from running

),

final as (

    select
        channel,
        removal_effect,
        removal_effect_before as share_before,
        removal_effect_until as share_until,
        revenue_removal_effect,
        -- Where no revenue is lost, it is divided as the conversions are.
        coalesce(revenue_removal_effect_before, removal_effect_before)
            as revenue_share_before,
        coalesce(revenue_removal_effect_until, removal_effect_until)
            as revenue_share_until
    from bounds

)

select * from final
