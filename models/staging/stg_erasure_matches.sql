-- Grain: one row per request for erasure that ever matched: the first build it did.
-- Appended to and never dropped, as `stg_suppressed_users`.
{{ config(materialized="incremental", schema="history", full_refresh=false) }}
{% set earlier = precision_marketing.earlier_table("stg_erasure_matches") %}
with

suppressed_users as (

    select * from {{ ref("precision_marketing", "stg_suppressed_users") }}
    where readmitted_at is null

),

erased_rows as (

    select * from {{ ref("precision_marketing", "stg_erased_rows") }}

),

final as (

    select
        suppressed_users.request_number,
        '{{ invocation_id }}' as build_id,
        {{ precision_marketing.build_time() }} as matched_at,
        cast(sum(erased_rows.row_count) as bigint) as row_count
    from suppressed_users
    inner join erased_rows on suppressed_users.user_hash = erased_rows.user_hash
    {% if earlier %}
    where
        suppressed_users.request_number not in (
            select matched.request_number from {{ earlier }} as matched
        )
    {% endif %}
    group by suppressed_users.request_number

)

select * from final
