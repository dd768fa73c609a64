-- Grain: one row per learned scorer and bin of its predicted probability.
with

learned_scores as (

    select * from {{ ref("learned_scores") }} where time_window = 'train'

),

labels as (

    select * from {{ ref("int_labels") }} where time_window = 'train'

),

users as (

    select * from {{ ref("int_window_users") }} where time_window = 'train'

),

sampling_rates as (

    select
        replace(replace(scorer, '_half_0', ''), '_half_1', '') as scorer,
        -- The half whose models these are scores the other one.
        case when scorer like '%_half_0' then 1 else 0 end as training_half,
        value as sampling_rate
    from {{ ref("neural_scorer_model") }}
    where record_type = 'sampling_rate'
        and (scorer like '%_half_0' or scorer like '%_half_1')

),

-- In `train` users are scored by models that have not seen them.
binned as (

    select
        learned_scores.scorer,
        learned_scores.score,
        users.training_half,
        case when labels.item_index is null then 0e0 else 1e0 end as label,
        ntile(10) over (
            partition by learned_scores.scorer
            order by
                learned_scores.score,
                learned_scores.user_index,
                learned_scores.item_index
        ) as bin
    from learned_scores
    inner join users on learned_scores.user_index = users.user_index
    left join labels
        on learned_scores.user_index = labels.user_index
        and learned_scores.item_index = labels.item_index

),

-- Odds among all candidates = odds among the sampled ones x the sampling rate: the
-- intercept is shifted by its logarithm (King, Zeng 2001, section 4.1).
calibrated as (

    select
        binned.*,
        sampling_rates.sampling_rate,
        binned.score
        * sampling_rates.sampling_rate
        / (binned.score * sampling_rates.sampling_rate + 1e0 - binned.score)
            as calibrated_score
    from binned
    inner join sampling_rates
        on binned.scorer = sampling_rates.scorer
        and binned.training_half = sampling_rates.training_half

),

final as (

    select
        scorer,
        cast(bin as integer) as bin,
        count(*) as row_count,
        {{ precision_marketing.exact_mean("score") }} as mean_predicted_probability,
        {{ precision_marketing.exact_mean("calibrated_score") }}
            as mean_calibrated_probability,
        {{ precision_marketing.exact_mean("label") }} as observed_rate,
        {{ precision_marketing.exact_mean("sampling_rate") }} as sampling_rate
    from calibrated
    group by scorer, bin

)

select * from final
