-- Checks of the inputs that warn: what they say stands in the mart `build_health`.
{{ config(severity="warn") }}
select message from {{ ref("precision_marketing", "stg_input_health") }}
where outcome = 'warned'
