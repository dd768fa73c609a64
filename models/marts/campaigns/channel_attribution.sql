-- Grain: one row per attribution model, channel and month.
{% set amount = precision_marketing.kind_type("amount") %}
{% set lookback_days = precision_marketing.setting("attribution", "lookback_days") %}
{% set half_life_days = precision_marketing.setting("attribution", "half_life_days") %}

with

channel_months as (

    select * from {{ ref("precision_marketing", "int_channel_months") }}

),

-- The published definition of the removal effect knows channels, not touches.
credited as (

    select
        *,
        case
            when is_shared_by_channel then shared_credit else touch_credit
        end as conversion_credit,
        case
            when is_shared_by_channel then shared_revenue_amount
            else touch_revenue_amount
        end as known_revenue_amount,
        case when currency_count <= 1 then spend_amount end as divisible_spend_amount
    from channel_months

),

totals as (

    select
        *,
        -- Nobody converted: zero. Somebody did, at prices nobody gave: unknown.
        case
            when conversion_credit = 0 then coalesce(known_revenue_amount, 0)
            else known_revenue_amount
        end as revenue_amount,
        sum(conversion_credit) over (
            partition by attribution_model, month_start_date
        ) as month_credit,
        sum(divisible_spend_amount) over (
            partition by attribution_model, month_start_date
        ) as month_spend_amount,
        max(currency_count) over (
            partition by attribution_model, month_start_date
        ) as month_currency_count
    from credited

),

final as (

    select
        attribution_model,
        channel,
        month_start_date,
        cast(
            conversion_credit as {{ precision_marketing.kind_type("credit_total") }}
        ) as conversion_credit,
        cast(
            touch_credit as {{ precision_marketing.kind_type("credit_total") }}
        ) as touch_conversion_credit,
        cast(conversion_credit as double)
        / nullif(cast(month_credit as double), 0) as conversion_share,
        cast(revenue_amount as {{ amount }}) as revenue_amount,
        cast(spend_amount as {{ amount }}) as spend_amount,
        currency,
        cast(currency_count as integer) as currency_count,
        has_unknown_spend,
        case
            when month_currency_count <= 1
                then cast(spend_amount as double)
                    / nullif(cast(month_spend_amount as double), 0)
        end as spend_share,
        cast(divisible_spend_amount as double)
        / nullif(cast(conversion_credit as double), 0) as cpa,
        cast(revenue_amount as double)
        / nullif(cast(divisible_spend_amount as double), 0) as roas,
        cast(
            case when cohort_credit = 0 then 0 else cohort_revenue_amount end
            as {{ amount }}
        ) as cohort_revenue_amount,
        cast(
            case when cohort_credit = 0 then 0 else cohort_revenue_amount end as double
        ) / nullif(cast(divisible_spend_amount as double), 0) as cohort_roas,
        case when attribution_model = 'markov' then removal_effect end
            as removal_effect,
        case when attribution_model = 'markov' then revenue_removal_effect end
            as revenue_removal_effect,
        cast({{ lookback_days }} as integer) as lookback_days,
        cast({{ half_life_days }} as double) as half_life_days
    from totals

)

select * from final
