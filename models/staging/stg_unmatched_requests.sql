-- Grain: one row per request for erasure of this build without a row in the events.
with

requests as (

    select requests.*
    from {{ ref("precision_marketing", "stg_erasure_requests") }} as requests
    inner join {{ ref("precision_marketing", "stg_suppressed_users") }} as suppressed
        on requests.user_hash = suppressed.user_hash
        and suppressed.readmitted_at is null
    left join {{ ref("precision_marketing", "stg_erased_rows") }} as erased_rows
        on suppressed.request_number = erased_rows.request_number
        and erased_rows.input_name = 'events'
    where erased_rows.request_number is null

),

event_users as (

    select distinct user_id
    from {{ ref("precision_marketing", "stg_events_checked") }}
    where row_status = 'kept' and exists (select 1 from requests)

),

-- Users whose id is the request's but for zeros in front.
hashed as (

    select
        {{ precision_marketing.user_hash(
            precision_marketing.without_zeros("user_id"),
            "(select max(requests.salt) from requests)"
        ) }} as bare_user_hash,
        {{ precision_marketing.id_shape("user_id") }} as user_id_shape
    from event_users

),

known as (

    select
        bare_user_hash,
        min(user_id_shape) as user_id_shape
    from hashed
    group by bare_user_hash

),

final as (

    select
        requests.user_hash,
        requests.user_id_shape,
        known.user_id_shape as known_user_id_shape
    from requests
    left join known on requests.bare_user_hash = known.bare_user_hash

)

select * from final
