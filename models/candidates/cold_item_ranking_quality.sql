-- Grain: one row per time window, set of cold items and scorer: mean NDCG@10 when only
-- cold items are ranked, and how far it is ahead of popularity.
with

user_quality as (

    select * from {{ ref("cold_item_user_quality") }}

),

item_counts as (

    select
        time_window,
        item_set,
        count(*) as item_count
    from {{ ref("int_cold_items") }}
    group by time_window, item_set

),

-- The same users on both sides.
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
        cast(sum(label_count) as bigint) as label_count,
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
        item_counts.item_count,
        moments.user_count,
        moments.label_count,
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
    inner join item_counts
        on moments.time_window = item_counts.time_window
        and moments.item_set = item_counts.item_set

)

select * from final
