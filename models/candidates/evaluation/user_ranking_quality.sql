-- Grain: one row per time window, ranking, user and k: how well it met the labels.
with

hits as (

    select
        rankings.time_window,
        rankings.scorer,
        rankings.user_index,
        rankings.ranking_rank,
        labels.item_index is not null as is_hit,
        count(labels.item_index) over (
            partition by rankings.time_window, rankings.scorer, rankings.user_index
            order by rankings.ranking_rank
            rows unbounded preceding
        ) as hits_so_far
    from {{ ref("precision_marketing", "judged_rankings") }} as rankings
    left join {{ ref("precision_marketing", "int_labels") }} as labels
        on rankings.time_window = labels.time_window
        and rankings.user_index = labels.user_index
        and rankings.item_index = labels.item_index
    where rankings.ranking_rank <= 20

),

cutoffs as (

    {% for k in [5, 10, 20] %}
    select {{ k }} as k
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

sums as (

    select
        hits.time_window,
        hits.scorer,
        hits.user_index,
        cutoffs.k,
        sum(case when hits.is_hit then 1 else 0 end) as hit_count,
        {{ precision_marketing.exact_sum(
            "case when hits.is_hit then discounts.discount else 0e0 end"
        ) }} as gain,
        {{ precision_marketing.exact_sum(
            "case when hits.is_hit then 1e0 * hits.hits_so_far / hits.ranking_rank else 0e0 end"
        ) }} as precision_sum,
        min(case when hits.is_hit then hits.ranking_rank end) as first_hit_rank
    from hits
    inner join cutoffs on hits.ranking_rank <= cutoffs.k
    inner join {{ ref("precision_marketing", "rank_discounts") }} as discounts
        on hits.ranking_rank = discounts.ranking_rank
    group by hits.time_window, hits.scorer, hits.user_index, cutoffs.k

),

final as (

    select
        sums.time_window,
        sums.scorer,
        sums.user_index,
        users.user_segment,
        sums.k,
        1e0 * sums.hit_count / users.label_count as recall_at_k,
        1e0 * sums.hit_count / sums.k as precision_at_k,
        case when sums.hit_count > 0 then 1e0 else 0e0 end as hit_rate_at_k,
        sums.gain / ideal.ideal_gain as ndcg_at_k,
        sums.precision_sum / least(users.label_count, sums.k) as map_at_k,
        coalesce(1e0 / sums.first_hit_rank, 0e0) as mrr_at_k
    from sums
    inner join {{ ref("precision_marketing", "int_window_users") }} as users
        on sums.time_window = users.time_window
        and sums.user_index = users.user_index
    inner join {{ ref("precision_marketing", "rank_discounts") }} as ideal
        on least(users.label_count, sums.k) = ideal.ranking_rank

)

select * from final
