-- Grain: one row per request for erasure that was ever listed, as a salted hash.
-- Appended to and never dropped, not even by `--full-refresh`: without the requests of
-- an earlier build nobody comes back. docs/decisions/0030 says where the salt lives.
{{ config(
    materialized="incremental", schema="history", full_refresh=false,
    post_hook="{{ precision_marketing.forget_in_memory() }}",
) }}
{% set earlier = precision_marketing.earlier_table("stg_suppressed_users") %}
with

requests as (

    select * from {{ ref("precision_marketing", "stg_erasure_requests") }}

),

listed as (

    {% if earlier %}
    select
        request_number,
        user_hash,
        readmitted_at
    from {{ earlier }}
    {% else %}
    select
        cast(null as bigint) as request_number,
        user_hash,
        cast(null as timestamp) as readmitted_at
    from requests
    where 1 = 0
    {% endif %}

),

final as (

    select
        coalesce((select max(listed.request_number) from listed), 0)
        + row_number() over (order by requests.request_place) as request_number,
        requests.user_hash,
        requests.salt,
        requests.requested_at,
        {{ precision_marketing.build_time() }} as listed_at,
        '{{ invocation_id }}' as build_id,
        cast(null as timestamp) as readmitted_at
    from requests
    where
        requests.user_hash not in (
            select listed.user_hash from listed
            where listed.readmitted_at is null
        )

)

select * from final
