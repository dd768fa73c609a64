-- Grain: one row per campaign, variant and attribution model: 95 % intervals of rates.
-- Users: Wilson (1927). Clicks by impressions repeat users: delta method, clustered.
{% set user_rates = [
    ("unique_ctr", "viewing_clicking_user_count", "viewing_user_count"),
    ("email_click_rate", "message_clicking_user_count", "delivered_count"),
    ("open_rate", "message_opening_user_count", "delivered_count"),
    ("ctor", "open_clicking_user_count", "opening_user_count"),
    ("user_cvr", "clicking_converting_user_count", "clicking_user_count"),
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

final as (

    select
        results.campaign_id,
        results.variant,
        results.attribution_model,
        {% for rate, users, all_users in user_rates %}
        {{ precision_marketing.wilson_lower(
            "results." ~ users, "results." ~ all_users
        ) }} as {{ rate }}_lower,
        {{ precision_marketing.wilson_upper(
            "results." ~ users, "results." ~ all_users
        ) }} as {{ rate }}_upper,
        {% endfor %}
        {{ precision_marketing.clustered_ratio_bound(
            "rates.ctr", "click_spread.ctr_standard_error", "click_spread.user_count",
            "-"
        ) }} as ctr_lower,
        {{ precision_marketing.clustered_ratio_bound(
            "rates.ctr", "click_spread.ctr_standard_error", "click_spread.user_count",
            "+"
        ) }} as ctr_upper
    from results
    inner join rates
        on results.campaign_id = rates.campaign_id
        and results.variant = rates.variant
        and results.attribution_model = rates.attribution_model
    left join click_spread
        on results.campaign_id = click_spread.campaign_id
        and results.variant = click_spread.variant

)

select * from final
