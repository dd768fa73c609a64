-- Grain: one row per learned scorer and bin of its predicted probability.
with

users_with_labels as (

    select user_index
    from {{ ref("int_window_users") }}
    where time_window = 'train' and label_count > 0

),

-- Only of users such as those that the models learned from: with a label.
learned_scores as (

    select learned_scores.*
    from {{ ref("learned_scores") }} as learned_scores
    inner join users_with_labels
        on learned_scores.user_index = users_with_labels.user_index
    where learned_scores.time_window = 'train'

),

labels as (

    select * from {{ ref("int_labels") }} where time_window = 'train'

),

sampling_rates as (

    select
        scorer,
        value as sampling_rate
    from {{ ref("neural_scorer_model") }}
    where record_type = 'sampling_rate'

),

-- In `train` there are scores for users of the gate only, whom no model has seen.
binned as (

    select
        learned_scores.scorer,
        learned_scores.score,
        case when labels.item_index is null then 0e0 else 1e0 end as label,
        ntile(10) over (
            partition by learned_scores.scorer
            order by
                learned_scores.score,
                learned_scores.user_index,
                learned_scores.item_index
        ) as bin
    from learned_scores
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
    inner join sampling_rates on binned.scorer = sampling_rates.scorer

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
        max(sampling_rate) as sampling_rate
    from calibrated
    group by scorer, bin

)

select * from final
