-- Grain: one row per request for erasure that differs from an event's user in zeros.
with

erased_rows as (

    select user_hash from {{ ref("precision_marketing", "stg_erased_rows") }}
    where input_name = 'events'

),

requests as (

    select * from {{ ref("precision_marketing", "stg_erasure_requests") }}
    where user_hash not in (select erased_rows.user_hash from erased_rows)

),

event_users as (

    select distinct user_id
    from {{ ref("precision_marketing", "stg_events_checked") }}
    where row_status = 'kept' and exists (select 1 from requests)

),

hashed as (

    select
        {{ precision_marketing.user_hash(
            precision_marketing.without_zeros("user_id"),
            "(select max(requests.salt) from requests)"
        ) }} as bare_user_hash,
        {{ precision_marketing.id_shape("user_id") }} as user_id_shape
    from event_users

),

final as (

    select
        requests.user_hash,
        requests.user_id_shape,
        min(hashed.user_id_shape) as known_user_id_shape
    from requests
    inner join hashed on requests.bare_user_hash = hashed.bare_user_hash
    group by requests.user_hash, requests.user_id_shape

)

select * from final
