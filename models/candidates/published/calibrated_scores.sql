-- Grain: one row per time window, learned scorer, user and candidate item: the chance
-- among all candidates, not among the rows that trained.
{{ config(materialized="view") }}
with

learned_scores as (

    select * from {{ ref("precision_marketing", "learned_scores") }}
    union all
    select * from {{ ref("precision_marketing", "served_learned_scores") }}

),

users as (

    select * from {{ ref("precision_marketing", "int_window_users") }}

),

-- The mean's models were trained with the same share of the negatives.
-- In `train` the half whose models these are scores the other one.
sampling_rates as (

    select
        replace(replace(scorer, '_half_0', ''), '_half_1', '') as scorer,
        case
            when scorer like '%_half_0' then 1
            when scorer like '%_half_1' then 0
        end as training_half,
        value as sampling_rate
    from {{ ref("precision_marketing", "neural_scorer_model") }}
    where record_type = 'sampling_rate'

),

final as (

    select
        learned_scores.time_window,
        learned_scores.scorer,
        learned_scores.user_index,
        learned_scores.item_index,
        learned_scores.score,
        sampling_rates.sampling_rate,
        -- Odds among all candidates = odds among the sampled ones x the sampling rate:
        -- the intercept is shifted by its logarithm (King, Zeng 2001, section 4.1).
        learned_scores.score
        * sampling_rates.sampling_rate
        / (
            learned_scores.score * sampling_rates.sampling_rate
            + 1e0 - learned_scores.score
        ) as calibrated_score
    from learned_scores
    inner join users
        on learned_scores.time_window = users.time_window
        and learned_scores.user_index = users.user_index
    inner join sampling_rates
        on case
            when learned_scores.scorer = 'learned_mean' then 'neural'
            else learned_scores.scorer
        end = sampling_rates.scorer
        and coalesce(sampling_rates.training_half, -1)
        = case
            when learned_scores.time_window = 'train' then users.training_half
            else -1
        end

)

select * from final
