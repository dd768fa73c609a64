-- Checks of the inputs that stop the build. All that reads the inputs' sound rows is
-- below `stg_stopped_checks`, and so is skipped.
select message from {{ ref("precision_marketing", "stg_stopped_checks") }}
