-- Grain: one row per time window and country that speaks for users without a history.
{% set minimum_users = 50 %}
with

histories as (

    select distinct
        time_window,
        user_index
    from {{ ref("precision_marketing", "int_user_item_matrix") }}

),

final as (

    select
        histories.time_window,
        users.country as popularity_segment,
        count(*) as user_count
    from histories
    inner join {{ ref("precision_marketing", "int_users") }} as users
        on histories.user_index = users.user_index
    where users.country is not null
    group by histories.time_window, users.country
    having count(*) >= {{ minimum_users }}

)

select * from final
