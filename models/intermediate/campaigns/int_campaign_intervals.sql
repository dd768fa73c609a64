-- Grain: one row per campaign, variant and attribution model: 95 % intervals of rates.
-- Users: Wilson (1927). Clicks by impressions repeat users: delta method, clustered.
{% set user_rates = [
    ("unique_ctr", "viewing_clicking_user_count", "viewing_user_count"),
    ("email_click_rate", "message_clicking_user_count", "delivered_count"),
    ("open_rate", "opening_user_count", "delivered_count"),
    ("ctor", "open_clicking_user_count", "opening_user_count"),
    ("user_cvr", "converting_user_count", "clicking_user_count"),
    ("experiment_cvr", "ordering_assigned_user_count", "assigned_user_count"),
] %}
with

results as (

    select * from {{ ref("precision_marketing", "int_campaign_results") }}

),

rates as (

    select * from {{ ref("precision_marketing", "int_campaign_rates") }}

),

click_spread as (

    select * from {{ ref("precision_marketing", "int_campaign_click_spread") }}

),

-- A ratio above 1 is no share of users, and Wilson says nothing about it: null.
shares as (

    select
        results.campaign_id,
        results.variant,
        results.attribution_model,
        {% for rate, successes, trials in user_rates %}
        case
            when rates.{{ rate }} between 0 and 1 then results.{{ successes }}
        end as {{ rate }}_successes,
        case
            when rates.{{ rate }} between 0 and 1 then results.{{ trials }}
        end as {{ rate }}_trials,
        {% endfor %}
        rates.ctr,
        click_spread.ctr_standard_error
    from results
    inner join rates
        on results.campaign_id = rates.campaign_id
        and results.variant = rates.variant
        and results.attribution_model = rates.attribution_model
    left join click_spread
        on results.campaign_id = click_spread.campaign_id
        and results.variant = click_spread.variant

),

final as (

    select
        campaign_id,
        variant,
        attribution_model,
        {% for rate, successes, trials in user_rates %}
        {{ precision_marketing.wilson_lower(rate ~ "_successes", rate ~ "_trials") }}
            as {{ rate }}_lower,
        {{ precision_marketing.wilson_upper(rate ~ "_successes", rate ~ "_trials") }}
            as {{ rate }}_upper,
        {% endfor %}
        {{ precision_marketing.normal_bound(
            "ctr", "ctr_standard_error", "-", at_least="0e0"
        ) }} as ctr_lower,
        {{ precision_marketing.normal_bound("ctr", "ctr_standard_error", "+") }}
            as ctr_upper
    from shares

)

select * from final
