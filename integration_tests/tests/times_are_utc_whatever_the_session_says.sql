-- Days on which the package's UTC times and the web log's own instants differ. The
-- session is in New York, and lines after 19:00 there are of the next day in UTC. The
-- staged events are not for hosts to build on, and so they stand here by their name.
-- A session of Spark has to be in UTC, or is refused.
-- depends_on: {{ ref("precision_marketing", "recommendations") }}
{{ config(enabled=target.type == "duckdb") }}
with

staged as (

    select
        occurred_at,
        count(*) as line_count
    from {{ target.schema }}_staging.stg_events
    group by occurred_at

),

web_log as (

    select distinct occurred_at at time zone 'UTC' as occurred_at
    from {{ ref("web_log") }}

),

final as (

    select staged.occurred_at
    from staged
    left join web_log on staged.occurred_at = web_log.occurred_at
    where web_log.occurred_at is null

)

select * from final
