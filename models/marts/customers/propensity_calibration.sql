-- Grain: one row per audience (campaign) and tenth of the users of `test`.
with

targets as (

    select * from {{ ref("precision_marketing", "int_campaign_targets") }}

),

quality as (

    select * from {{ ref("precision_marketing", "propensity_quality") }}

),

totals as (

    select
        target_index,
        {{ precision_marketing.exact_sum("buyer_count") }}
        / {{ precision_marketing.exact_sum("user_count") }} as base_rate,
        -- Users that a buyer of the target stands for (Kish 1965), in any tenth.
        coalesce(
            {{ precision_marketing.exact_sum("squared_buyer_weight") }}
            / nullif({{ precision_marketing.exact_sum("buyer_count") }}, 0e0),
            1e0
        ) as buyer_weight
    from quality
    group by target_index

),

rates as (

    select
        quality.*,
        totals.base_rate,
        quality.buyer_count / quality.user_count as buyer_rate,
        quality.effective_user_count * quality.buyer_count / quality.user_count
            as effective_buyer_count,
        -- As many as say the same if each stood for one.
        quality.buyer_count / totals.buyer_weight as counted_buyer_count,
        quality.expected_buyer_count / totals.buyer_weight as counted_expected_count
    from quality
    inner join totals on quality.target_index = totals.target_index

),

compared as (

    select
        *,
        expected_buyer_count / nullif(buyer_count, 0e0) as ratio,
        counted_expected_count
        / {{ precision_marketing.poisson_upper("counted_buyer_count") }} as ratio_lower,
        counted_expected_count
        / nullif({{ precision_marketing.poisson_lower("counted_buyer_count") }}, 0e0)
            as ratio_upper
    from rates

),

final as (

    select
        targets.campaign_id,
        compared.propensity_decile,
        compared.scored_user_count,
        compared.user_count as represented_user_count,
        compared.expected_buyer_count,
        compared.buyer_count as represented_buyer_count,
        compared.expected_buyer_count / compared.user_count as mean_propensity,
        compared.buyer_rate,
        {{ precision_marketing.wilson_lower(
            "compared.effective_buyer_count", "compared.effective_user_count"
        ) }} as buyer_rate_lower,
        {{ precision_marketing.wilson_upper(
            "compared.effective_buyer_count", "compared.effective_user_count"
        ) }} as buyer_rate_upper,
        compared.buyer_rate / nullif(compared.base_rate, 0e0) as decile_lift,
        compared.ratio as expected_to_observed_ratio,
        compared.ratio_lower as expected_to_observed_lower,
        compared.ratio_upper as expected_to_observed_upper,
        -- Without a buyer no number above is too much.
        compared.ratio_lower <= 1e0 and coalesce(compared.ratio_upper >= 1e0, true)
            as is_as_foretold
    from compared
    inner join targets on compared.target_index = targets.target_index

)

select * from final
