-- Grain: one row per time window, target and user with a candidate in it: the chance
-- of at least one of them by the learned scorer.
with

published_ranking as (

    select * from {{ ref("published_ranking") }}

),

sampling_rates as (

    select
        models.scorer,
        models.value as sampling_rate
    from {{ ref("neural_scorer_model") }} as models
    cross join published_ranking
    where models.record_type = 'sampling_rate'
        -- The network only where it proved better, as for the recommendations.
        and models.scorer = case
            when published_ranking.scorer = 'neural' then 'neural'
            else 'logistic_regression'
        end

),

target_items as (

    select * from {{ ref("int_target_items") }}

),

asked_targets as (

    select distinct target_index from {{ ref("int_campaign_targets") }}

),

-- As in neural_scorer_calibration: the sampling of negatives is undone.
calibrated as (

    select
        learned_scores.time_window,
        learned_scores.user_index,
        learned_scores.item_index,
        learned_scores.score
        * sampling_rates.sampling_rate
        / (
            learned_scores.score * sampling_rates.sampling_rate
            + 1e0 - learned_scores.score
        ) as probability
    from {{ ref("learned_scores") }} as learned_scores
    inner join sampling_rates on learned_scores.scorer = sampling_rates.scorer

),

sums as (

    select
        calibrated.time_window,
        target_items.target_index,
        calibrated.user_index,
        -- A certain item would have a logarithm without bound.
        {{ precision_marketing.exact_sum(
            "-ln(1e0 - least(calibrated.probability, 0.999999e0))"
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
