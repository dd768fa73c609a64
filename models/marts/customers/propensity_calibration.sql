-- Grain: one row per audience (campaign) and tenth of the users of `test`.
with

targets as (

    select * from {{ ref("precision_marketing", "int_campaign_targets") }}

),

quality as (

    select
        *,
        buyer_count / user_count as buyer_rate,
        effective_user_count * buyer_count / user_count as effective_buyer_count
    from {{ ref("precision_marketing", "propensity_quality") }}

),

totals as (

    select
        target_index,
        {{ precision_marketing.exact_sum("buyer_count") }}
        / {{ precision_marketing.exact_sum("user_count") }} as base_rate
    from quality
    group by target_index

),

final as (

    select
        targets.campaign_id,
        quality.propensity_decile,
        quality.scored_user_count,
        quality.user_count as represented_user_count,
        quality.expected_buyer_count,
        quality.buyer_count as represented_buyer_count,
        quality.expected_buyer_count / quality.user_count as mean_propensity,
        quality.buyer_rate,
        {{ precision_marketing.wilson_lower(
            "quality.effective_buyer_count", "quality.effective_user_count"
        ) }} as buyer_rate_lower,
        {{ precision_marketing.wilson_upper(
            "quality.effective_buyer_count", "quality.effective_user_count"
        ) }} as buyer_rate_upper,
        quality.buyer_rate / nullif(totals.base_rate, 0e0) as decile_lift
    from quality
    inner join targets on quality.target_index = targets.target_index
    inner join totals on quality.target_index = totals.target_index

)

select * from final
