-- Grain: one row per campaign and variant (or all), policy and cutoff: sums over users.
{% set user_sums = {
    "weight_sum": "weight",
    "squared_weight_sum": "weight * weight",
    "weighted_click_sum": "weight * click",
    "gain_sum": "weight * click - click",
} %}
with

weighted as (

    select
        campaign_id,
        variant,
        policy,
        cutoff,
        user_id,
        case when is_clicked then 1e0 else 0e0 end as click,
        target_propensity / propensity as weight
    from {{ ref("precision_marketing", "int_policy_chances") }}

),

variant_user_sums as (

    select
        campaign_id,
        variant,
        policy,
        cutoff,
        user_id,
        count(*) as impression_count,
        sum(click) as click_count,
        {% for name, expression in user_sums.items() %}
        {{ precision_marketing.fine_exact_sum(expression) }} as {{ name }},
        {% endfor %}
        max(weight) as largest_weight
    from weighted
    group by campaign_id, variant, policy, cutoff, user_id

),

-- A user brings all impressions of a scope at once: they hang together.
all_user_sums as (

    select
        '(all)' as campaign_id,
        '(all)' as variant,
        policy,
        cutoff,
        user_id,
        sum(impression_count) as impression_count,
        sum(click_count) as click_count,
        {% for name in user_sums %}
        {{ precision_marketing.fine_exact_sum(name) }} as {{ name }},
        {% endfor %}
        max(largest_weight) as largest_weight
    from variant_user_sums
    -- A variant's policy stands for its own campaign alone.
    where policy not like 'variant:%'
    group by policy, cutoff, user_id

),

user_sums as (

    select * from variant_user_sums
    union all
    select * from all_user_sums

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
        {% for name, x, y in precision_marketing.policy_ratios() %}
        {{ precision_marketing.fine_exact_sum(x ~ " * " ~ x) }} as {{ name }}_xx,
        {{ precision_marketing.fine_exact_sum(x ~ " * " ~ y) }} as {{ name }}_xy,
        {{ precision_marketing.fine_exact_sum(y ~ " * " ~ y) }} as {{ name }}_yy,
        {% endfor %}
        {% for name in user_sums %}
        {{ precision_marketing.fine_exact_sum(name) }} as {{ name }},
        {% endfor %}
        max(largest_weight) as largest_weight
    from user_sums
    group by campaign_id, variant, policy, cutoff

)

select * from final
