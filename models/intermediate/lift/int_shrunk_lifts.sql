-- Grain: one row per campaign, treated variant, metric and method of which a lift is
-- known beside at least three others: the lift that the others make likely.
-- Normal-normal empirical Bayes (Morris 1983; variance between lifts: DerSimonian and
-- Laird 1986): the best of many is partly the luckiest.
with

lifts as (

    select
        lift.campaign_id,
        lift.variant,
        lift.metric,
        lift.method,
        lift.absolute_lift,
        lift.squared_error,
        -- Of one currency, where it is money.
        case when lift.metric = 'revenue' then campaigns.currency end as currency
    from {{ ref("precision_marketing", "int_campaign_lift") }} as lift
    inner join {{ ref("precision_marketing", "int_campaigns") }} as campaigns
        on lift.campaign_id = campaigns.campaign_id
    where
        lift.segment_kind = '(all)' and lift.squared_error > 0e0
        and lift.verdict not in ('broken', 'running', 'unmeasured')

),

{% set family = "partition by metric, method, currency" %}
-- In the smallest standard error of a family, so that exact sums have their digits.
scaled as (

    select
        *,
        sqrt(min(squared_error) over ({{ family }})) as unit,
        absolute_lift / sqrt(min(squared_error) over ({{ family }})) as lift,
        squared_error / min(squared_error) over ({{ family }}) as variance,
        count(*) over ({{ family }}) as lift_count
    from lifts

),

means as (

    select
        *,
        {{ precision_marketing.exact_total("1e0 / variance", family) }} as weights,
        {{ precision_marketing.exact_total("lift / variance", family) }}
        / {{ precision_marketing.exact_total("1e0 / variance", family) }} as mean_lift,
        {{ precision_marketing.exact_total("1e0 / power(variance, 2)", family) }}
            as square_weights
    from scaled
    where lift_count >= 4

),

spreads as (

    select
        *,
        greatest(0e0, {{ precision_marketing.exact_total(
            "(power(lift - mean_lift, 2) / variance)", family) }} - (lift_count - 1))
        / (weights - square_weights / weights) as spread
    from means

),

{% set weight = "1e0 / (variance + spread)" %}
{% set all_weights = precision_marketing.exact_total(weight, family) %}
shrunk as (

    select
        *,
        {{ weight }} / {{ all_weights }} as weight_share,
        lift - {{ precision_marketing.exact_total("lift * " ~ weight, family) }}
        / {{ all_weights }} as distance,
        {{ precision_marketing.exact_total("variance * " ~ weight, family) }}
        / {{ all_weights }} as mean_variance,
        (lift_count - 3e0) / (lift_count - 1e0) * variance * {{ weight }} as shrinkage
    from spreads

),

final as (

    select
        campaign_id,
        variant,
        metric,
        method,
        unit * (lift - shrinkage * distance) as shrunk_lift,
        -- The second term is what the spread itself is not known to.
        unit * sqrt(
            variance * (1e0 - shrinkage * (1e0 - weight_share))
            + 2e0 / (lift_count - 3e0) * power(shrinkage * distance, 2)
            * (mean_variance + spread) * {{ weight }}
        ) as shrunk_error
    from shrunk

)

select * from final
