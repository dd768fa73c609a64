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
        {{ precision_marketing.exact_mean("difference") }} as popularity_margin,
        {{ precision_marketing.exact_mean("difference * difference") }} as mean_square
    from differences
    group by time_window, item_set, scorer

),

final as (

    select
        moments.time_window,
        moments.item_set,
        moments.scorer,
        moments.user_count,
        label_counts.label_count,
        moments.ndcg_at_10,
        moments.popularity_margin,
        -- 95 %: from the variance of the differences between users.
        {% for bound, sign in [("lower", "-"), ("upper", "+")] %}
        moments.popularity_margin {{ sign }} 1.959963984540054e0 * sqrt(
            greatest(
                moments.mean_square
                - moments.popularity_margin * moments.popularity_margin,
                0e0
            )
            / nullif(moments.user_count - 1, 0)
        ) as margin_{{ bound }}
        {{- "," if not loop.last }}
        {% endfor %}
    from moments
    inner join label_counts
        on moments.time_window = label_counts.time_window
        and moments.item_set = label_counts.item_set

)

select * from final
