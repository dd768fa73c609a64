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
    from {{ ref("precision_marketing", "cold_item_user_quality") }}
    group by time_window, item_set, scorer, user_index

),

label_counts as (

    select
        time_window,
        item_set,
        cast(sum(label_count) as bigint) as label_count
    from {{ ref("precision_marketing", "cold_item_users") }}
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

margins as (

    select
        time_window,
        item_set,
        scorer,
        count(*) as user_count,
        {{ precision_marketing.exact_mean("ndcg_at_10") }} as ndcg_at_10,
        {{ precision_marketing.standard_error("ndcg_at_10") }} as ndcg_standard_error,
        {{ precision_marketing.exact_mean("difference") }} as popularity_margin,
        {{ precision_marketing.standard_error("difference") }} as margin_standard_error
    from differences
    group by time_window, item_set, scorer

),

final as (

    select
        margins.time_window,
        margins.item_set,
        margins.scorer,
        margins.user_count,
        label_counts.label_count,
        margins.ndcg_at_10,
        margins.ndcg_standard_error,
        margins.popularity_margin,
        {{ precision_marketing.normal_bound(
            "margins.popularity_margin", "margins.margin_standard_error", "-"
        ) }} as margin_lower,
        {{ precision_marketing.normal_bound(
            "margins.popularity_margin", "margins.margin_standard_error", "+"
        ) }} as margin_upper
    from margins
    inner join label_counts
        on margins.time_window = label_counts.time_window
        and margins.item_set = label_counts.item_set

)

select * from final
