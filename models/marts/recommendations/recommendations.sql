-- Grain: one row per user and recommendation rank.
with

published_items as (

    select * from {{ ref("precision_marketing", "published_items") }}

),

reasons as (

    select * from {{ ref("precision_marketing", "recommendation_reasons") }}

),

users as (

    select * from {{ ref("precision_marketing", "int_users") }}

),

items as (

    select * from {{ ref("precision_marketing", "int_items") }}

),

-- The last day of the data, not of the machine's clock: equal data, equal ids.
last_event as (

    select {{ precision_marketing.shop_day("max(occurred_at)") }} as as_of_date
    from {{ ref("precision_marketing", "int_events") }}

),

because_items as (

    select
        item_index,
        item_id,
        {{ precision_marketing.quoted_title("title", "item_id") }} as title
    from items

),

explained as (

    select
        users.user_id,
        cast(published_items.ranking_rank as integer) as recommendation_rank,
        items.item_id,
        items.title as item_title,
        published_items.score,
        published_items.published_ranking,
        published_items.placement_rule,
        reasons.winning_scorer,
        -- Why it was put there by a rule, whatever speaks for it besides.
        case published_items.placement_rule
            when 'pinned' then 'selected'
            when 'explored' then 'new_item'
            else reasons.reason_code
        end as reason_code,
        case
            when published_items.placement_rule not in ('pinned', 'explored')
                then because_items.item_id
        end as because_item_id,
        case published_items.placement_rule
            when 'pinned' then 'Selected by our shop.'
            when 'explored' then 'New to most of our customers.'
            else
                replace(
                    reasons.reason_template, '{item}', coalesce(because_items.title, '')
                )
        end as reason_text
    from published_items
    inner join users on published_items.user_index = users.user_index
    inner join items on published_items.item_index = items.item_index
    inner join reasons
        on published_items.user_index = reasons.user_index
        and published_items.item_index = reasons.item_index
    left join because_items
        on reasons.because_item_index = because_items.item_index

),

final as (

    select
        explained.*,
        {{ precision_marketing.recommendation_id(
            "coalesce(explained.winning_scorer, explained.placement_rule)",
            "explained.reason_code", "explained.recommendation_rank",
            "last_event.as_of_date", "explained.user_id", "explained.item_id"
        ) }} as recommendation_id
    from explained
    cross join last_event

)

select * from final
