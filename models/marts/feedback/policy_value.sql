-- Grain: one row per campaign and variant (or all), policy and cutoff (or none).
-- Clicks per impression that a policy would have had, from what another one showed:
-- inverse propensity scores (Horvitz and Thompson 1952), self-normalised (Swaminathan
-- and Joachims 2015). Errors are clustered by user.
{# Below it a few heavy impressions decide, and the error itself cannot be trusted. #}
{% set minimum_effective_sample_size = 200 %}
{% set ratios = precision_marketing.policy_ratios() %}
with

estimates as (

    select
        *,
        {% for name, x, y in ratios %}
        -- Without any click that counts the spread of clicks is not yet seen.
        case
            when weighted_click_sum > 0
                then {{ precision_marketing.ratio_standard_error(
                    "user_count", x, y, name ~ "_xx", name ~ "_xy", name ~ "_yy"
                ) }}
        end as {{ name }}_standard_error,
        {% endfor %}
        1e0 * click_count / impression_count as logged_value,
        weighted_click_sum / impression_count as ips_value,
        weighted_click_sum / nullif(weight_sum, 0e0) as snips_value,
        gain_sum / impression_count as gain_value,
        weight_sum * weight_sum / nullif(squared_weight_sum, 0e0)
            as effective_sample_size
    from {{ ref("precision_marketing", "int_policy_sums") }}

),

bounded as (

    select
        *,
        {% for name, x, y in ratios %}
        {{ precision_marketing.normal_bound(
            name ~ "_value", name ~ "_standard_error", "-"
        ) }} as {{ name }}_lower,
        {{ precision_marketing.normal_bound(
            name ~ "_value", name ~ "_standard_error", "+"
        ) }} as {{ name }}_upper,
        {% endfor %}
        weight_sum / impression_count as mean_weight
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
        {% for name, x, y in ratios %}
        {{ name }}_value,
        {{ name }}_standard_error,
        {{ name }}_lower,
        {{ name }}_upper,
        {% endfor %}
        mean_weight,
        largest_weight,
        coalesce(effective_sample_size, 0e0) as effective_sample_size,
        case
            when policy = 'logged' then null
            when effective_sample_size < {{ minimum_effective_sample_size }} then null
            when gain_lower > 0 then 'better'
            when gain_upper < 0 then 'worse'
            when gain_standard_error is not null then 'unclear'
        end as verdict
    from bounded

)

select * from final
