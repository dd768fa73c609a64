-- Grain: one row per conversion, credited touch and attribution model.
-- Of users who may be profiled: the orders of the others count in sums alone, which are
-- in `campaign_performance`, `channel_attribution` and `conversion_paths`.
with

attributed_touches as (

    select * from {{ ref("precision_marketing", "int_attributed_touches") }}

),

profiled_users as (

    select user_id from {{ ref("precision_marketing", "int_users") }}
    where has_profiling_consent

),

final as (

    select attributed_touches.*
    from attributed_touches
    inner join profiled_users on attributed_touches.user_id = profiled_users.user_id

)

select * from final
