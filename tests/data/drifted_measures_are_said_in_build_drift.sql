-- Measures that differ from what is usual: they stand in `build_health` too.
{{ config(severity="warn") }}
select message from {{ ref("precision_marketing", "build_drift") }}
where outcome = 'warned'
