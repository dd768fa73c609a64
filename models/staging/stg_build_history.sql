-- Grain: one row per build and input: the rows it was given; a stopped build has none.
-- Never dropped, not even by `--full-refresh`: the next build is compared with it.
{{ config(materialized="incremental", schema="history", full_refresh=false) }}
with

input_counts as (

    select * from {{ ref("precision_marketing", "stg_input_counts") }}

),

stopped_checks as (

    select * from {{ ref("precision_marketing", "stg_stopped_checks") }}

),

final as (

    select
        '{{ invocation_id }}' as build_id,
        {{ precision_marketing.build_time() }} as built_at,
        '{{ precision_marketing.input_source() }}' as input_source,
        input_name,
        rows_given
    from input_counts
    where not exists (select 1 from stopped_checks)

)

select * from final
