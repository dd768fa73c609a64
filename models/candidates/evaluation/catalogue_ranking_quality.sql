-- Grain: one row per time window, ranking, metric and k: the catalogue's share.
with

cutoffs as (

    select distinct k from {{ ref("precision_marketing", "user_ranking_quality") }}

),

item_counts as (

    select
        rankings.time_window,
        rankings.scorer,
        cutoffs.k,
        rankings.item_index,
        count(*) as shown_count
    from {{ ref("precision_marketing", "judged_rankings") }} as rankings
    inner join cutoffs on rankings.ranking_rank <= cutoffs.k
    group by rankings.time_window, rankings.scorer, cutoffs.k, rankings.item_index

),

user_counts as (

    select
        time_window,
        scorer,
        count(distinct user_index) as user_count
    from {{ ref("precision_marketing", "judged_rankings") }}
    group by time_window, scorer

),

items as (

    select
        *,
        count(*) over (partition by time_window) as item_count,
        -- An item that nobody touched counts as touched once: log2(0) is no novelty.
        1e0 * greatest(user_count, 1) as holder_count
    from {{ ref("precision_marketing", "int_item_features") }}
    where is_eligible

),

customers as (

    select
        time_window,
        greatest(count(*), 1) as customer_count
    from {{ ref("precision_marketing", "int_window_users") }}
    where history_item_count > 0
    group by time_window

),

measures as (

    select
        item_counts.time_window,
        item_counts.scorer,
        item_counts.k,
        max(user_counts.user_count) as user_count,
        1e0 * count(*) / max(items.item_count) as coverage,
        {{ precision_marketing.exact_sum(
            "item_counts.shown_count * -ln(least(items.holder_count"
            ~ " / customers.customer_count, 1e0)) / ln(2e0)"
        ) }} / sum(item_counts.shown_count) as novelty
    from item_counts
    inner join items
        on item_counts.time_window = items.time_window
        and item_counts.item_index = items.item_index
    inner join customers on item_counts.time_window = customers.time_window
    inner join user_counts
        on item_counts.time_window = user_counts.time_window
        and item_counts.scorer = user_counts.scorer
    group by item_counts.time_window, item_counts.scorer, item_counts.k

),

final as (

    {% for metric in ["coverage", "novelty"] %}
    select
        time_window,
        scorer,
        'all' as segment,
        '{{ metric }}' as metric,
        k,
        {{ metric }} as metric_value,
        user_count
    from measures
    {{ "union all" if not loop.last }}
    {% endfor %}

)

select * from final
