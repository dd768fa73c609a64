-- Grain: one row per time window, set of cold items, scorer and user: NDCG@10 when only
-- cold items are ranked.
with

cold_items as (

    select * from {{ ref("int_cold_items") }}

),

lists as (

    select * from {{ ref("cold_item_scores") }}

),

discounts as (

    select * from {{ ref("int_rank_discounts") }}

),

-- Popularity has a list for everybody who is asked.
evaluated as (

    select distinct
        time_window,
        item_set,
        user_index
    from lists
    where scorer = 'popularity'

),

item_counts as (

    select
        time_window,
        item_set,
        count(*) as item_count
    from cold_items
    group by time_window, item_set

),

labels as (

    select
        cold_items.time_window,
        cold_items.item_set,
        labels.user_index,
        labels.item_index
    from {{ ref("int_labels") }} as labels
    inner join cold_items
        on labels.time_window = cold_items.time_window
        and labels.item_index = cold_items.item_index

),

label_counts as (

    select
        time_window,
        item_set,
        user_index,
        count(*) as label_count
    from labels
    group by time_window, item_set, user_index

),

had_counts as (

    select
        cold_items.time_window,
        cold_items.item_set,
        history.user_index,
        count(*) as had_count
    from {{ ref("int_user_item_matrix") }} as history
    inner join cold_items
        on history.time_window = cold_items.time_window
        and history.item_index = cold_items.item_index
    where history.is_excluded
    group by cold_items.time_window, cold_items.item_set, history.user_index

),

users as (

    select
        evaluated.time_window,
        evaluated.item_set,
        evaluated.user_index,
        label_counts.label_count,
        item_counts.item_count - coalesce(had_counts.had_count, 0) as ranked_count,
        ideal.ideal_gain
    from evaluated
    inner join item_counts
        on evaluated.time_window = item_counts.time_window
        and evaluated.item_set = item_counts.item_set
    inner join label_counts
        on evaluated.time_window = label_counts.time_window
        and evaluated.item_set = label_counts.item_set
        and evaluated.user_index = label_counts.user_index
    inner join discounts as ideal
        on least(label_counts.label_count, 10) = ideal.ranking_rank
    left join had_counts
        on evaluated.time_window = had_counts.time_window
        and evaluated.item_set = had_counts.item_set
        and evaluated.user_index = had_counts.user_index

),

gains as (

    select
        lists.time_window,
        lists.item_set,
        lists.scorer,
        lists.user_index,
        {{ precision_marketing.exact_sum("discounts.discount") }} as gain
    from lists
    inner join labels
        on lists.time_window = labels.time_window
        and lists.item_set = labels.item_set
        and lists.user_index = labels.user_index
        and lists.item_index = labels.item_index
    inner join discounts on lists.scorer_rank = discounts.ranking_rank
    group by lists.time_window, lists.item_set, lists.scorer, lists.user_index

),

scorers as (

    select distinct scorer from lists

),

final as (

    select
        users.time_window,
        users.item_set,
        scorers.scorer,
        users.user_index,
        users.label_count,
        coalesce(gains.gain, 0e0) / users.ideal_gain as ndcg_at_10
    from users
    cross join scorers
    left join gains
        on users.time_window = gains.time_window
        and users.item_set = gains.item_set
        and scorers.scorer = gains.scorer
        and users.user_index = gains.user_index
    union all
    -- What a random order of the same items would reach on average.
    select
        users.time_window,
        users.item_set,
        'random' as scorer,
        users.user_index,
        users.label_count,
        1e0 * users.label_count / users.ranked_count
        * shown.ideal_gain / users.ideal_gain as ndcg_at_10
    from users
    inner join discounts as shown
        on least(users.ranked_count, 10) = shown.ranking_rank

)

select * from final
