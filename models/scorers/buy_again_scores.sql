-- Grain: one row per time window, user and item that the user may want again.
{% set settings = precision_marketing.scorer_settings("buy_again") %}
{% set candidates = precision_marketing.setting(
    "recommendations", "candidates_per_scorer") %}
with

repurchases as (

    select * from {{ ref("precision_marketing", "int_repurchases") }}

),

users as (

    select * from {{ ref("precision_marketing", "int_window_users") }} where is_scored

),

items as (

    select * from {{ ref("precision_marketing", "int_item_features") }}
    where is_eligible

),

joined as (

    select
        repurchases.time_window,
        repurchases.user_index,
        repurchases.item_index,
        1e0 * repurchases.purchase_day_count / repurchases.user_purchase_day_count
            as frequency,
        -- Nobody got anything twice: nothing is known of what is due.
        coalesce(
            repurchases.days_since_purchase / repurchases.expected_gap_days, 1e0
        ) as due
    from repurchases
    inner join users
        on repurchases.time_window = users.time_window
        and repurchases.user_index = users.user_index
    inner join items
        on repurchases.time_window = items.time_window
        and repurchases.item_index = items.item_index

),

weighted as (

    select
        time_window,
        user_index,
        item_index,
        -- Not due yet counts less, long overdue too: the user may have stopped.
        frequency
        * power(least(due, 1e0), {{ settings.not_due_exponent }})
        * power(greatest(due, 1e0), -{{ settings.overdue_exponent }}) as score
    from joined

),

ranked as (

    select
        *,
        row_number() over (
            partition by time_window, user_index
            order by round(score, 9) desc, item_index
        ) as scorer_rank
    from weighted

),

final as (

    select
        time_window,
        'buy_again' as scorer,
        user_index,
        item_index,
        score,
        cast(scorer_rank as integer) as scorer_rank
    from ranked
    where scorer_rank <= {{ candidates }}

)

select * from final
