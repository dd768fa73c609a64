-- Grain: one row per time window, set of cold items, group, user and baseline: the NDCG
-- at 10 that it reaches on average over the orders of what it holds for equal.
with

expected_ranks as (

    select
        *,
        least(better_count, 10) as rank_before,
        least(better_count + tied_count, 10) as rank_up_to
    from {{ ref("precision_marketing", "cold_item_expected_ranks") }}

),

gains as (

    select
        ranking_rank,
        ideal_gain
    from {{ ref("precision_marketing", "rank_discounts") }}
    union all
    select
        0 as ranking_rank,
        0e0 as ideal_gain

),

discounted as (

    select
        expected_ranks.*,
        ideal_gains.ideal_gain,
        -- The mean over the ranks that the item may have, 0 after the tenth.
        (gains_up_to.ideal_gain - gains_before.ideal_gain)
        / expected_ranks.tied_count as mean_discount
    from expected_ranks
    inner join gains as ideal_gains
        on least(expected_ranks.label_count, 10) = ideal_gains.ranking_rank
    inner join gains as gains_before
        on expected_ranks.rank_before = gains_before.ranking_rank
    inner join gains as gains_up_to
        on expected_ranks.rank_up_to = gains_up_to.ranking_rank

),

final as (

    select
        time_window,
        item_set,
        item_group,
        scorer,
        user_index,
        -- The exact sum rounds to nine digits, which may be past 1.
        least(
            {{ precision_marketing.exact_sum("mean_discount") }} / max(ideal_gain), 1e0
        ) as ndcg_at_10
    from discounted
    group by time_window, item_set, item_group, scorer, user_index

)

select * from final
