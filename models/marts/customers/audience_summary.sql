-- Grain: one row per audience (campaign).
with

values_of_eligible as (

    select
        campaign_id,
        {{ precision_marketing.exact_mean("propensity") }} as mean_propensity,
        {{ precision_marketing.exact_sum("expected_value_amount") }} as expected_value,
        -- The errors of coefficients, uplift and margin are common to all: the ends
        -- add up.
        {{ precision_marketing.exact_sum("expected_value_lower_amount") }}
            as expected_value_lower,
        {{ precision_marketing.exact_sum("expected_value_upper_amount") }}
            as expected_value_upper,
        count(*) filter (where expected_value_lower_amount > 0)
            as worthwhile_user_count,
        max(propensity_basis) as propensity_basis
    from {{ ref("precision_marketing", "audience_members") }}
    where is_eligible
    group by campaign_id

),

tests as (

    select
        campaign_id,
        {{ precision_marketing.exact_sum("represented_user_count") }} as user_count,
        {{ precision_marketing.exact_sum("represented_buyer_count") }} as buyer_count,
        {{ precision_marketing.exact_sum("expected_buyer_count") }}
            as expected_buyer_count,
        max(case when propensity_decile = 10 then decile_lift end) as top_decile_lift
    from {{ ref("precision_marketing", "propensity_calibration") }}
    group by campaign_id

),

final as (

    select
        counts.campaign_id,
        campaigns.campaign_name,
        campaigns.channel,
        campaigns.currency,
        counts.target_kind,
        counts.target_text,
        counts.target_item_count,
        as_of.as_of_at,
        rates.label_days as propensity_days,
        counts.candidate_user_count,
        counts.erased_user_count,
        counts.no_consent_user_count,
        counts.not_addressed_user_count,
        counts.bounced_or_complained_user_count,
        counts.recent_buyer_user_count,
        counts.cap_reached_user_count,
        counts.global_holdout_user_count,
        counts.former_control_user_count,
        counts.campaign_holdout_user_count,
        counts.eligible_user_count,
        values_of_eligible.propensity_basis,
        values_of_eligible.mean_propensity,
        tests.buyer_count / nullif(tests.user_count, 0e0) as base_rate,
        tests.expected_buyer_count / nullif(tests.buyer_count, 0e0)
            as expected_to_observed_rate,
        tests.top_decile_lift,
        offers.value_basis,
        offers.uplift,
        offers.uplift_lower,
        offers.uplift_upper,
        offers.revenue_lift as revenue_lift_amount,
        offers.revenue_lift_lower as revenue_lift_lower_amount,
        offers.revenue_lift_upper as revenue_lift_upper_amount,
        offers.order_value as order_value_amount,
        offers.margin as margin_amount,
        offers.contact_cost as contact_cost_amount,
        offers.contact_cost_basis,
        offers.user_cost as user_cost_amount,
        offers.user_cost_basis,
        values_of_eligible.expected_value as expected_value_amount,
        values_of_eligible.expected_value_lower as expected_value_lower_amount,
        values_of_eligible.expected_value_upper as expected_value_upper_amount,
        coalesce(values_of_eligible.worthwhile_user_count, 0) as worthwhile_user_count
    from {{ ref("precision_marketing", "audience_counts") }} as counts
    inner join {{ ref("precision_marketing", "int_campaigns") }} as campaigns
        on counts.campaign_id = campaigns.campaign_id
    inner join {{ ref("precision_marketing", "audience_offers") }} as offers
        on counts.campaign_id = offers.campaign_id
    cross join {{ ref("precision_marketing", "int_audience_as_of") }} as as_of
    left join {{ ref("precision_marketing", "int_target_rates") }} as rates
        on counts.target_index = rates.target_index
        and rates.time_window = 'serve'
    left join values_of_eligible on counts.campaign_id = values_of_eligible.campaign_id
    left join tests on counts.campaign_id = tests.campaign_id

)

select * from final
