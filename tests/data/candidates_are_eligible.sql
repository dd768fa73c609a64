-- Scorers list eligible items for scored users, and nothing that must not be offered.
-- Of one user in ten: at ten million events there are 25 million candidates.
with

candidates as (

    select
        time_window,
        user_index,
        item_index
    from {{ ref("precision_marketing", "blended_candidates") }}
    where mod(user_index, 10) = 0

),

excluded as (

    select
        time_window,
        user_index,
        item_index
    from {{ ref("precision_marketing", "int_user_item_matrix") }}
    where is_excluded and mod(user_index, 10) = 0

)

select candidates.*
from candidates
left join {{ ref("precision_marketing", "int_window_users") }} as users
    on candidates.time_window = users.time_window
    and candidates.user_index = users.user_index
left join {{ ref("precision_marketing", "int_item_features") }} as items
    on candidates.time_window = items.time_window
    and candidates.item_index = items.item_index
left join excluded
    on candidates.time_window = excluded.time_window
    and candidates.user_index = excluded.user_index
    and candidates.item_index = excluded.item_index
where not coalesce(users.is_scored, false)
    or not coalesce(items.is_eligible, false)
    or excluded.item_index is not null
