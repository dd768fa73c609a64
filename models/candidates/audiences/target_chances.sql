-- Grain: one row per time window, target and user with a candidate in it: the chance
-- of at least one of them by the learned scorer.
with

published_ranking as (

    select * from {{ ref("precision_marketing", "published_ranking") }}

),

target_items as (

    select * from {{ ref("precision_marketing", "int_target_items") }}

),

asked_targets as (

    select distinct target_index
    from {{ ref("precision_marketing", "int_campaign_targets") }}

),

calibrated as (

    select calibrated_scores.*
    from {{ ref("precision_marketing", "calibrated_scores") }} as calibrated_scores
    inner join published_ranking
        on calibrated_scores.scorer = published_ranking.learned_scorer

),

sums as (

    select
        calibrated.time_window,
        target_items.target_index,
        calibrated.user_index,
        -- A certain item would have a logarithm without bound.
        {{ precision_marketing.exact_sum(
            "-ln(1e0 - least(calibrated.calibrated_score, 0.999999e0))"
        ) }} as expected_count
    from calibrated
    inner join target_items on calibrated.item_index = target_items.item_index
    where target_items.target_index in (
            select asked_targets.target_index from asked_targets
        )
    group by calibrated.time_window, target_items.target_index, calibrated.user_index

),

final as (

    select
        time_window,
        target_index,
        user_index,
        -- 1 - the product of (1 - p).
        1e0 - exp(-expected_count) as chance
    from sums

)

select * from final
