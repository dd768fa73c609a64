-- Grain: one row per user who is in `users` or has a sound event.
with

users as (

    select * from {{ ref("precision_marketing", "stg_users") }}

),

-- What a rejected row says of consent cannot be read: it may be a no.
unread_users as (

    select distinct user_id
    from {{ ref("precision_marketing", "stg_users_checked") }}
    where row_status = 'rejected' and user_id is not null

),

known_users as (

    select user_id from users
    union
    select user_id from {{ ref("precision_marketing", "stg_events") }}

),

final as (

    select
        cast(
            row_number() over (order by known_users.user_id) - 1 as integer
        ) as user_index,
        known_users.user_id,
        users.signed_up_at,
        users.country,
        users.attributes,
        -- Unknown counts as given: data without a `users` input has no such column.
        coalesce(users.has_email_consent, unread_users.user_id is null)
            as has_email_consent,
        coalesce(users.has_ads_consent, unread_users.user_id is null)
            as has_ads_consent,
        coalesce(users.has_profiling_consent, unread_users.user_id is null)
            as has_profiling_consent
    from known_users
    left join users on known_users.user_id = users.user_id
    left join unread_users on known_users.user_id = unread_users.user_id

)

select * from final
