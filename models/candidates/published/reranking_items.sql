-- Grain: one row per item that lists may show today, with the rules that concern it.
-- No rows while nothing is done to the published ranking.
{% set is_explored = precision_marketing.explored_item_count() > 0 %}
{% set maximum_users = 5 %}
with

rules as (

    select * from {{ ref("recommendation_rules") }}

),

items as (

    select
        items.item_index,
        items.item_id,
        items.category,
        items.brand,
        features.user_count
    from {{ ref("int_items") }} as items
    inner join {{ ref("int_item_features") }} as features
        on items.item_index = features.item_index
    where features.time_window = 'serve'
        and features.is_eligible
        and {{ precision_marketing.is_reranked() | lower }}

),

-- An item has few rules; a rule may have every item.
matches as (

    select
        items.item_index,
        max(case when rules.rule = 'exclude' then 1 else 0 end) as is_excluded,
        min(rules.pinned_rank) as pinned_rank,
        min(case when rules.category is not null then rules.maximum end)
            as category_maximum,
        min(case when rules.brand is not null then rules.maximum end) as brand_maximum
    from items
    inner join rules
        on items.item_id = rules.item_id
        or items.category = rules.category
        or items.brand = rules.brand
        or (rules.rule = 'cap' and rules.category = '*' and items.category is not null)
        or (rules.rule = 'cap' and rules.brand = '*' and items.brand is not null)
    group by items.item_index

),

final as (

    select
        items.item_index,
        items.item_id,
        -- Numbers, since the lists are compared many times.
        case
            when items.category is not null
                then dense_rank() over (order by items.category nulls last)
        end as category_number,
        case
            when items.brand is not null
                then dense_rank() over (order by items.brand nulls last)
        end as brand_number,
        matches.pinned_rank,
        matches.category_maximum,
        matches.brand_maximum,
        {{ is_explored | lower }} and items.user_count < {{ maximum_users }}
            as is_explorable
    from items
    left join matches on items.item_index = matches.item_index
    where coalesce(matches.is_excluded, 0) = 0

)

select * from final
