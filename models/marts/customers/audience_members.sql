-- Grain: one row per audience (campaign) and user with consent.
with

candidates as (

    select * from {{ ref("precision_marketing", "int_audience_candidates") }}
    where suppression_reason is null or suppression_reason <> 'no_consent'

),

joined as (

    select
        candidates.*,
        propensities.propensity,
        propensities.propensity_lower,
        propensities.propensity_upper,
        propensities.propensity_basis,
        offers.uplift,
        offers.margin,
        offers.margin_half_width,
        offers.margin_lift,
        offers.margin_lift_lower,
        offers.margin_lift_upper,
        offers.user_cost,
        coalesce(offers.uplift, propensities.propensity) as chance,
        coalesce(offers.uplift_lower, propensities.propensity_lower) as chance_lower,
        coalesce(offers.uplift_upper, propensities.propensity_upper) as chance_upper
    from candidates
    inner join {{ ref("precision_marketing", "audience_offers") }} as offers
        on candidates.campaign_id = offers.campaign_id
    left join {{ ref("precision_marketing", "target_propensities") }} as propensities
        on offers.target_index = propensities.target_index
        and candidates.user_index = propensities.user_index
        and propensities.time_window = 'serve'

),

valued as (

    select
        *,
        {% for end, lift, chances in [
            ("down", "margin_lift - margin_lift_lower", "chance - chance_lower"),
            ("up", "margin_lift_upper - margin_lift", "chance_upper - chance"),
        ] %}
        case
            when margin_lift is not null then {{ lift }}
            else {{ precision_marketing.combined_distance(
                "margin * (" ~ chances ~ ")", "chance * margin_half_width"
            ) }}
        end as distance_{{ end }},
        {% endfor %}
        coalesce(margin_lift, chance * margin) - user_cost as expected_value
    from joined

),

final as (

    select
        campaign_id,
        user_id,
        suppression_reason is null as is_eligible,
        suppression_reason,
        is_global_holdout,
        is_campaign_holdout,
        is_control,
        is_comparison_holdout,
        recent_contact_count,
        propensity,
        propensity_lower,
        propensity_upper,
        propensity_basis,
        -- 10 is the tenth most likely to buy; without a propensity there is none.
        case
            when propensity is not null
                then cast(ntile(10) over (
                        partition by campaign_id, propensity is null
                        order by propensity, user_index
                    ) as integer)
        end as propensity_decile,
        uplift,
        expected_value as expected_value_amount,
        expected_value - distance_down as expected_value_lower_amount,
        expected_value + distance_up as expected_value_upper_amount,
        -- Where a holdout measured all alike, the likelier buyer comes first.
        row_number() over (
            partition by campaign_id
            order by
                round(expected_value, 9) desc nulls last,
                round(propensity, 9) desc nulls last,
                user_index
        ) as audience_rank
    from valued

)

select * from final
