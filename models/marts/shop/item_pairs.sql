-- Grain: one row per item and other item that was bought with it.
with

pairs as (

    select * from {{ ref("precision_marketing", "int_item_pairs") }}

),

both_directions as (

    select
        item_id,
        other_item_id,
        pair_basket_count,
        pair_user_count,
        basket_count,
        other_basket_count,
        all_basket_count
    from pairs
    union all
    select
        other_item_id as item_id,
        item_id as other_item_id,
        pair_basket_count,
        pair_user_count,
        other_basket_count as basket_count,
        basket_count as other_basket_count,
        all_basket_count
    from pairs

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
    from both_directions

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
        all_basket_count,
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
