-- Grain: one row per time window, set of cold items and scorer: mean NDCG@10 when only
-- cold items are ranked, and how far it is ahead of popularity.
with

-- A user is one observation, however many groups have a label of theirs.
user_quality as (

    select
        time_window,
        item_set,
        scorer,
        user_index,
        {{ precision_marketing.exact_mean("ndcg_at_10") }} as ndcg_at_10
    from {{ ref("cold_item_user_quality") }}
    group by time_window, item_set, scorer, user_index

),

label_counts as (

    select
        time_window,
        item_set,
        cast(sum(label_count) as bigint) as label_count
    from {{ ref("cold_item_users") }}
    group by time_window, item_set

),

differences as (

    select
        user_quality.*,
        user_quality.ndcg_at_10 - popularity.ndcg_at_10 as difference
    from user_quality
    inner join user_quality as popularity
        on user_quality.time_window = popularity.time_window
        and user_quality.item_set = popularity.item_set
        and user_quality.user_index = popularity.user_index
    where popularity.scorer = 'popularity'

),

moments as (

    select
        time_window,
        item_set,
        scorer,
        count(*) as user_count,
        {{ precision_marketing.exact_mean("ndcg_at_10") }} as ndcg_at_10,
        {{ precision_marketing.exact_mean("ndcg_at_10 * ndcg_at_10") }}
            as ndcg_mean_square,
        {{ precision_marketing.exact_mean("difference") }} as popularity_margin,
        {{ precision_marketing.exact_mean("difference * difference") }}
            as margin_mean_square
    from differences
    group by time_window, item_set, scorer

),

errors as (

    select
        *,
        -- Of means, from the variance between users.
        sqrt(
            greatest(ndcg_mean_square - ndcg_at_10 * ndcg_at_10, 0e0)
            / nullif(user_count - 1, 0)
        ) as ndcg_standard_error,
        sqrt(
            greatest(margin_mean_square - popularity_margin * popularity_margin, 0e0)
            / nullif(user_count - 1, 0)
        ) as margin_standard_error
    from moments

),

final as (

    select
        errors.time_window,
        errors.item_set,
        errors.scorer,
        errors.user_count,
        label_counts.label_count,
        errors.ndcg_at_10,
        errors.ndcg_standard_error,
        errors.popularity_margin,
        errors.popularity_margin - 1.959963984540054e0 * errors.margin_standard_error
            as margin_lower,
        errors.popularity_margin + 1.959963984540054e0 * errors.margin_standard_error
            as margin_upper
    from errors
    inner join label_counts
        on errors.time_window = label_counts.time_window
        and errors.item_set = label_counts.item_set

)

select * from final
