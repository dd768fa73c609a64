-- Grain: one row per request for erasure that ever matched rows: the first build it did.
-- Appended to and never dropped, as `stg_suppressed_users`.
{{ config(materialized="incremental", schema="history", full_refresh=false) }}
{% set earlier = precision_marketing.earlier_table("stg_erasure_matches") %}
with

erased_rows as (

    select * from {{ ref("precision_marketing", "stg_erased_rows") }}

),

final as (

    select
        request_number,
        '{{ invocation_id }}' as build_id,
        {{ precision_marketing.build_time() }} as matched_at,
        cast(sum(row_count) as bigint) as row_count
    from erased_rows
    {% if earlier %}
    where
        request_number not in (
            select matched.request_number from {{ earlier }} as matched
        )
    {% endif %}
    group by request_number

)

select * from final
