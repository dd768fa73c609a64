-- Grain: one row per item and other item that was bought with it.
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

pairs as (

    select
        firsts.item_id,
        seconds.item_id as other_item_id,
        max(firsts.basket_count) as basket_count,
        max(seconds.basket_count) as other_basket_count,
        max(firsts.all_basket_count) as all_basket_count,
        count(*) as pair_basket_count,
        count(distinct firsts.user_number) as pair_user_count
    from common_items as firsts
    inner join common_items as seconds
        on firsts.basket_number = seconds.basket_number
        and firsts.item_id <> seconds.item_id
    group by firsts.item_id, seconds.item_id
    having count(*) >= {{ minimum }}

),

{% set product = "(1e0 * basket_count * other_basket_count)" %}
measured as (

    select
        *,
        1e0 * pair_basket_count * all_basket_count / {{ product }} as lift,
        -- Of its logarithm, by the delta method; below 0 by rounding alone.
        sqrt(abs(
            1e0 / pair_basket_count - 1e0 / basket_count - 1e0 / other_basket_count
            + 2e0 * pair_basket_count / {{ product }} - 1e0 / all_basket_count
        )) as log_error
    from pairs

),

{% set lower = precision_marketing.normal_bound("0e0", "log_error", "-") %}
{% set upper = precision_marketing.normal_bound("0e0", "log_error", "+") %}
final as (

    select
        item_id,
        other_item_id,
        row_number() over (
            partition by item_id
            order by round(lift * exp({{ lower }}), 9) desc, other_item_id
        ) as pair_rank,
        pair_basket_count,
        pair_user_count,
        basket_count,
        other_basket_count,
        cast(all_basket_count as bigint) as all_basket_count,
        1e0 * pair_basket_count / all_basket_count as support,
        1e0 * pair_basket_count / basket_count as confidence,
        {{ precision_marketing.wilson_lower("pair_basket_count", "basket_count") }}
            as confidence_lower,
        {{ precision_marketing.wilson_upper("pair_basket_count", "basket_count") }}
            as confidence_upper,
        lift,
        lift * exp({{ lower }}) as lift_lower,
        lift * exp({{ upper }}) as lift_upper
    from measured
    qualify pair_rank <= {{ precision_marketing.setting("item_pairs", "top_items") }}

)

select * from final
