-- Grain: one row per campaign and variant (or all), policy and cutoff: sums over users.
{% set x_and_y = [
    ("impression_count", "weighted_click_sum", "ips"),
    ("weight_sum", "weighted_click_sum", "snips"),
    ("impression_count", "gain_sum", "gain"),
] %}
with

impressions as (

    select * from {{ ref("int_logged_impressions") }}

),

chances as (

    select * from {{ ref("int_policy_chances") }}

),

weighted as (

    select
        impressions.campaign_id,
        impressions.variant,
        chances.policy,
        chances.cutoff,
        impressions.user_id,
        case when impressions.is_clicked then 1e0 else 0e0 end as click,
        chances.target_propensity / impressions.propensity as weight
    from chances
    inner join impressions on chances.touch_id = impressions.touch_id

),

scoped as (

    select * from weighted
    union all
    select
        '(all)' as campaign_id,
        '(all)' as variant,
        policy,
        cutoff,
        user_id,
        click,
        weight
    from weighted
    -- A variant's policy stands for its own campaign alone.
    where policy not like 'variant:%'

),

-- A user brings all impressions of the scope at once: they hang together.
user_sums as (

    select
        campaign_id,
        variant,
        policy,
        cutoff,
        user_id,
        count(*) as impression_count,
        sum(click) as click_count,
        max(weight) as largest_weight,
        {{ precision_marketing.exact_sum("weight") }} as weight_sum,
        {{ precision_marketing.exact_sum("weight * weight") }} as squared_weight_sum,
        {{ precision_marketing.exact_sum("weight * click") }} as weighted_click_sum,
        {{ precision_marketing.exact_sum("weight * click - click") }} as gain_sum
    from scoped
    group by campaign_id, variant, policy, cutoff, user_id

),

final as (

    select
        campaign_id,
        variant,
        policy,
        cutoff,
        count(*) as user_count,
        sum(impression_count) as impression_count,
        cast(sum(click_count) as bigint) as click_count,
        max(largest_weight) as largest_weight,
        {{ precision_marketing.exact_sum("weight_sum") }} as weight_sum,
        {{ precision_marketing.exact_sum("squared_weight_sum") }} as squared_weight_sum,
        {{ precision_marketing.exact_sum("weighted_click_sum") }} as weighted_click_sum,
        {{ precision_marketing.exact_sum("gain_sum") }} as gain_sum
        {%- for x, y, name in x_and_y %},
        {{ precision_marketing.exact_sum(x ~ " * " ~ x) }} as {{ name }}_xx,
        {{ precision_marketing.exact_sum(x ~ " * " ~ y) }} as {{ name }}_xy,
        {{ precision_marketing.exact_sum(y ~ " * " ~ y) }} as {{ name }}_yy
        {%- endfor %}
    from user_sums
    group by campaign_id, variant, policy, cutoff

)

select * from final
