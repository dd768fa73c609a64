-- Grain: one row per sound row of the input `erasure_requests`, typed, no duplicates.
{{ config(materialized="view") }}

with

checked as (

    select * from {{ ref("precision_marketing", "stg_erasure_requests_checked") }}

),

final as (

    select
        user_id as user_hash,
        salt,
        requested_at,
        request_place,
        user_id_shape,
        bare_user_hash
    from checked
    where row_status = 'kept'

)

select * from final
