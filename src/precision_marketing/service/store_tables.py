"""What a store holds: answers in JSON, made of a published file's marts in SQL."""

from __future__ import annotations

from dataclasses import dataclass

# One grouping of all users, or of a large catalogue, would need much more memory.
KEYS_AT_ONCE = 10_000

_RECOMMENDATIONS = """
with catalogue as (
    select item_id, category, brand from published.marts.popular_items
    where segment_kind = 'all'
)
select user_id as key, string_agg(line, chr(10) order by recommendation_rank) as body
from (
    select
        r.user_id,
        r.recommendation_rank,
        cast(to_json({
            item_id: r.item_id, title: r.item_title, category: c.category,
            brand: c.brand, rank: r.recommendation_rank, score: r.score,
            reason_code: r.reason_code, because_item_id: r.because_item_id,
            reason: r.reason_text, recommendation_id: r.recommendation_id
        }) as varchar) as line
    from published.marts.recommendations as r
    left join catalogue as c on r.item_id = c.item_id
    where r.user_id between ? and ?
) group by user_id order by user_id
"""

_SIMILAR = """
with catalogue as (
    select item_id, category, brand from published.marts.popular_items
    where segment_kind = 'all'
)
select item_id as key, string_agg(line, chr(10) order by similarity_rank) as body
from (
    select
        s.item_id,
        s.similarity_rank,
        cast(to_json({
            item_id: s.similar_item_id, title: s.similar_item_title,
            category: c.category, brand: c.brand, rank: s.similarity_rank,
            similarity: s.similarity, similarity_kind: s.similarity_kind,
            similar_to: s.item_title
        }) as varchar) as line
    from published.marts.similar_items as s
    left join catalogue as c on s.similar_item_id = c.item_id
    where s.item_id between ? and ?
) group by item_id order by item_id
"""

_POPULAR = """
select
    case segment_kind when 'all' then '' else segment end as key,
    string_agg(cast(to_json({
        item_id: item_id, title: item_title, category: category, brand: brand,
        rank: popularity_rank, user_count: user_count
    }) as varchar), chr(10) order by popularity_rank) as body
from published.marts.popular_items
group by 1 order by 1
"""

_MEMBERS = """
select
    user_id as key,
    string_agg(line, chr(10) order by value desc, campaign_id) as body
from (
    select
        m.user_id,
        m.campaign_id,
        coalesce(m.expected_value_amount, -1e308) as value,
        cast(to_json({
            campaign_id: m.campaign_id, campaign_name: s.campaign_name,
            channel: s.channel, currency: s.currency, is_eligible: m.is_eligible,
            suppression_reason: m.suppression_reason, audience_rank: m.audience_rank,
            propensity: m.propensity, propensity_lower: m.propensity_lower,
            propensity_upper: m.propensity_upper,
            expected_value_amount: m.expected_value_amount,
            expected_value_lower_amount: m.expected_value_lower_amount,
            expected_value_upper_amount: m.expected_value_upper_amount
        }) as varchar) as line
    from published.marts.audience_members as m
    left join published.marts.audience_summary as s on m.campaign_id = s.campaign_id
    where m.user_id between ? and ?
) group by user_id order by user_id
"""

_CAMPAIGNS = """
with performance as (
    select campaign_id, to_json(list(p order by variant, attribution_model)) as rows
    from published.marts.campaign_performance as p group by campaign_id
), lift as (
    select campaign_id, to_json(list(l order by variant, metric, method)) as rows
    from published.marts.campaign_lift as l group by campaign_id
)
select c.campaign_id as key, cast(to_json({
    campaign: c, performance: coalesce(p.rows, '[]'), lift: coalesce(l.rows, '[]')
}) as varchar) as body
from published.marts.campaigns as c
left join performance as p on c.campaign_id = p.campaign_id
left join lift as l on c.campaign_id = l.campaign_id
order by c.campaign_id
"""

_CARD = """
select 'card' as key, cast(to_json({
    published_ranking: (
        select any_value(scorer) from published.marts.ranking_choice where is_published
    ),
    rankings: (select list(c order by scorer) from published.marts.ranking_choice as c),
    quality: (
        select list(q order by scorer, metric, k)
        from published.marts.recommender_quality as q
        where time_window = 'test' and segment = 'all'
            and (is_published or scorer = 'popularity')
    )
}) as varchar) as body
"""


@dataclass(frozen=True)
class StoreTable:
    """One table of a store: `key`, `body`.

    Parameters
    ----------
    marts : tuple of str
        What the query reads; the table is empty where one of them is not published.
    query : str
        Gives key and body, ordered by key.
    ranged_by : str, optional
        Column of the first mart that is the key, where the query has two parameters:
        the first and the last one to give.
    """

    marts: tuple[str, ...]
    query: str
    ranged_by: str | None = None


STORE_TABLES = {
    "recommendations": StoreTable(
        ("recommendations", "popular_items"), _RECOMMENDATIONS, ranged_by="user_id"
    ),
    "similar": StoreTable(
        ("similar_items", "popular_items"), _SIMILAR, ranged_by="item_id"
    ),
    "popular": StoreTable(("popular_items",), _POPULAR),
    "members": StoreTable(
        ("audience_members", "audience_summary"), _MEMBERS, ranged_by="user_id"
    ),
    "campaigns": StoreTable(
        ("campaigns", "campaign_performance", "campaign_lift"), _CAMPAIGNS
    ),
    "model": StoreTable(("ranking_choice", "recommender_quality"), _CARD),
}
