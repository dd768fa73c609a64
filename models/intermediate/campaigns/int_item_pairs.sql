-- Grain: one row per two items that enough baskets have together.
{% set minimum = precision_marketing.setting("item_pairs", "minimum_baskets") %}
{% set most_items = precision_marketing.setting("item_pairs", "basket_items") %}
{# An order; where a line names none, what its user bought on a day. #}
{% set basket = "coalesce('o' || order_id, 'd' || "
    ~ precision_marketing.shop_day("occurred_at") ~ ")" %}
with

basket_items as (

    select
        dense_rank() over (order by user_id) as user_number,
        dense_rank() over (order by user_id, {{ basket }}) as basket_number,
        dense_rank() over (order by item_id) as item_number,
        item_id,
        row_number() over (partition by user_id, {{ basket }} order by item_id) as nth,
        count(*) over (partition by user_id, {{ basket }}) as item_count
    from {{ ref("precision_marketing", "int_order_lines") }}
    where not is_refund and item_id is not null
    group by user_id, {{ basket }}, item_id

),

-- No item of a pair can be in fewer baskets than the pair.
common_items as (

    select
        *,
        count(*) over (partition by item_id) as basket_count,
        sum(case when nth = 1 then 1 else 0 end) over () as all_basket_count
    from basket_items
    where item_count <= {{ most_items }}
    qualify basket_count >= {{ minimum }}

),

-- In two steps, without a set of users for each pair: most pairs are of one.
user_pairs as (

    select
        firsts.item_number,
        seconds.item_number as other_number,
        count(*) as basket_count
    from common_items as firsts
    inner join common_items as seconds
        on firsts.basket_number = seconds.basket_number
        and firsts.item_number < seconds.item_number
    group by firsts.item_number, seconds.item_number, firsts.user_number

),

pairs as (

    select
        item_number,
        other_number,
        cast(sum(basket_count) as bigint) as pair_basket_count,
        count(*) as pair_user_count
    from user_pairs
    group by item_number, other_number
    having sum(basket_count) >= {{ minimum }}

),

items as (

    select
        item_number,
        item_id,
        max(basket_count) as basket_count,
        cast(max(all_basket_count) as bigint) as all_basket_count
    from common_items
    group by item_number, item_id

),

final as (

    select
        items.item_id,
        others.item_id as other_item_id,
        pairs.pair_basket_count,
        pairs.pair_user_count,
        items.basket_count,
        others.basket_count as other_basket_count,
        items.all_basket_count
    from pairs
    inner join items on pairs.item_number = items.item_number
    inner join items as others on pairs.other_number = others.item_number

)

select * from final
