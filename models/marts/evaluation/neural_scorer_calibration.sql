-- Grain: one row per learned scorer and bin of its predicted probability.
with

users_with_labels as (

    select user_index
    from {{ ref("precision_marketing", "int_window_users") }}
    where time_window = 'train' and label_count > 0

),

-- Only of users such as those that the models learned from: with a label. In `train`
-- they are scored by models that have not seen them.
calibrated_scores as (

    select calibrated_scores.*
    from {{ ref("precision_marketing", "calibrated_scores") }} as calibrated_scores
    inner join users_with_labels
        on calibrated_scores.user_index = users_with_labels.user_index
    where calibrated_scores.time_window = 'train'

),

labels as (

    select * from {{ ref("precision_marketing", "int_labels") }}
    where time_window = 'train'

),

binned as (

    select
        calibrated_scores.scorer,
        calibrated_scores.score,
        calibrated_scores.calibrated_score,
        calibrated_scores.sampling_rate,
        case when labels.item_index is null then 0e0 else 1e0 end as label,
        ntile(10) over (
            partition by calibrated_scores.scorer
            order by
                calibrated_scores.score,
                calibrated_scores.user_index,
                calibrated_scores.item_index
        ) as bin
    from calibrated_scores
    left join labels
        on calibrated_scores.user_index = labels.user_index
        and calibrated_scores.item_index = labels.item_index

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
    from binned
    group by scorer, bin

)

select * from final
