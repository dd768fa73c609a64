-- Grain: one row per campaign and variant (or all), policy and cutoff (or none).
-- Clicks per impression that a policy would have had, from what another one showed:
-- inverse propensity scores (Horvitz and Thompson 1952), self-normalised (Swaminathan
-- and Joachims 2015). Errors are clustered by user.
{# Below it a few heavy impressions decide, and the error itself cannot be trusted. #}
{% set minimum_effective_sample_size = 200 %}
{# The mean weight is 1 where the log shows all that the policy would: it may be off by
   its interval and this, since chances are logged with few digits. #}
{% set mean_weight_tolerance = "0.02e0" %}
{% set values = {
    "ips": "ips_value", "snips": "snips_value", "gain": "gain_value",
    "mean_weight": "mean_weight",
} %}
with

ratios as (

    select
        *,
        1e0 * click_count / impression_count as logged_value,
        weighted_click_sum / impression_count as ips_value,
        weighted_click_sum / nullif(weight_sum, 0e0) as snips_value,
        weight_sum / impression_count as mean_weight,
        weight_sum * weight_sum / nullif(squared_weight_sum, 0e0)
            as effective_sample_size
    from {{ ref("precision_marketing", "int_policy_sums") }}

),

estimates as (

    select
        *,
        {% for name, error in precision_marketing.policy_errors().items() %}
        -- Without any click that counts the spread of clicks is not yet seen.
        case
            when {{ "true" if name == "mean_weight" else "weighted_click_sum > 0" }}
                then {{ error }}
        end as {{ name }}_standard_error,
        {% endfor %}
        snips_value - logged_value as gain_value
    from ratios

),

bounded as (

    select
        *,
        {% for name, value in values.items() %}
        {{ precision_marketing.normal_bound(value, name ~ "_standard_error", "-") }}
            as {{ name }}_lower,
        {{ precision_marketing.normal_bound(value, name ~ "_standard_error", "+") }}
            as {{ name }}_upper,
        {% endfor %}
        -- Of a single user no interval is known.
        abs(mean_weight - 1e0) <= {{ mean_weight_tolerance }} + coalesce(
            {{ precision_marketing.normal_quantile() }} * mean_weight_standard_error,
            0e0
        ) as is_within_support
    from estimates

),

final as (

    select
        campaign_id,
        variant,
        policy,
        cutoff,
        cast(impression_count as bigint) as impression_count,
        user_count,
        click_count,
        logged_value,
        {% for name, value in values.items() %}
        {{ value }},
        {{ name }}_standard_error,
        {{ name }}_lower,
        {{ name }}_upper,
        {% endfor %}
        is_within_support,
        largest_weight,
        coalesce(effective_sample_size, 0e0) as effective_sample_size,
        case
            when policy = 'logged' or not is_within_support then null
            when effective_sample_size < {{ minimum_effective_sample_size }} then null
            -- Not 0: of a policy that is the logged one rounding may leave something.
            when gain_lower > 1e-12 then 'better'
            when gain_upper < -1e-12 then 'worse'
            when gain_standard_error is not null then 'unclear'
        end as verdict
    from bounded

)

select * from final
