-- Grain: one row per time window, set of cold items, group, scorer and user: NDCG@10
-- when only cold items are ranked.
with

users as (

    select * from {{ ref("precision_marketing", "cold_item_users") }}

),

lists as (

    select * from {{ ref("precision_marketing", "cold_item_scores") }}

),

gains as (

    select
        lists.time_window,
        lists.item_set,
        lists.item_group,
        lists.scorer,
        lists.user_index,
        {{ precision_marketing.exact_sum("discounts.discount") }} as gain
    from lists
    inner join {{ ref("precision_marketing", "int_labels") }} as labels
        on lists.time_window = labels.time_window
        and lists.user_index = labels.user_index
        and lists.item_index = labels.item_index
    inner join {{ ref("precision_marketing", "rank_discounts") }} as discounts
        on lists.scorer_rank = discounts.ranking_rank
    where lists.scorer_rank <= 10
    group by
        lists.time_window,
        lists.item_set,
        lists.item_group,
        lists.scorer,
        lists.user_index

),

scorers as (

    select distinct
        time_window,
        scorer
    from lists

),

-- A user for whom the scorer has no list counts as 0.
content as (

    select
        users.time_window,
        users.item_set,
        users.item_group,
        scorers.scorer,
        users.user_index,
        -- The exact sum rounds to nine digits, which may be past 1.
        least(coalesce(gains.gain, 0e0) / ideal.ideal_gain, 1e0) as ndcg_at_10
    from users
    inner join scorers on users.time_window = scorers.time_window
    inner join {{ ref("precision_marketing", "rank_discounts") }} as ideal
        on least(users.label_count, 10) = ideal.ranking_rank
    left join gains
        on users.time_window = gains.time_window
        and users.item_set = gains.item_set
        and users.item_group = gains.item_group
        and scorers.scorer = gains.scorer
        and users.user_index = gains.user_index

),

final as (

    select
        time_window,
        item_set,
        item_group,
        scorer,
        user_index,
        ndcg_at_10
    from content
    union all
    select
        time_window,
        item_set,
        item_group,
        scorer,
        user_index,
        ndcg_at_10
    from {{ ref("precision_marketing", "cold_item_baselines") }}

)

select * from final
