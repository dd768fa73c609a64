-- Grain: one row per check and input: what was measured, and what it means in words.
-- `is_judged`: whether there is enough to judge by; `may_stop`: or only warn.
{% set minimum_rows = precision_marketing.setting("health", "minimum_rows") %}
with

input_counts as (

    select * from {{ ref("precision_marketing", "stg_input_counts") }}

),

earlier_rows as (

    select * from {{ ref("precision_marketing", "stg_earlier_input_rows") }}

),

facts as (

    select * from {{ ref("precision_marketing", "stg_input_facts") }}

),

compared as (

    select
        input_counts.*,
        coalesce(earlier_rows.rows_given, 0) as rows_before
    from input_counts
    left join earlier_rows on input_counts.input_name = earlier_rows.input_name

),

measured as (

    select
        'rows_rejected' as check_name,
        input_name,
        1e0 * rows_rejected / nullif(rows_given, 0) as measured,
        rows_given >= {{ minimum_rows }} as is_judged,
        true as may_stop,
        rows_rejected || ' of ' || rows_given || ' rows of `' || input_name
        || '` are rejected, most often as `' || main_rejection_reason || '`' as finding
    from compared
    union all
    select
        'rows_duplicate' as check_name,
        input_name,
        1e0 * rows_duplicate / nullif(rows_given, 0) as measured,
        rows_given >= {{ minimum_rows }} as is_judged,
        true as may_stop,
        rows_duplicate || ' of ' || rows_given || ' rows of `' || input_name
        || '` are duplicates' as finding
    from compared
    union all
    select
        'rows_fell' as check_name,
        input_name,
        1e0 * greatest(rows_before - rows_given, 0) / nullif(rows_before, 0) as measured,
        rows_before >= {{ minimum_rows }} and rows_given > 0 as is_judged,
        true as may_stop,
        '`' || input_name || '` has ' || rows_given || ' rows, and had ' || rows_before
        || ' in the last build' as finding
    from compared
    union all
    select
        'input_vanished' as check_name,
        input_name,
        case when rows_given = 0 and rows_before > 0 then 1e0 else 0e0 end as measured,
        true as is_judged,
        true as may_stop,
        '`' || input_name || '` has no rows, and had ' || rows_before
        || ' in the last build' as finding
    from compared
    union all
    select
        'input_empty' as check_name,
        input_name,
        case when rows_kept = 0 then 1e0 else 0e0 end as measured,
        is_required or rows_given > 0 as is_judged,
        is_required as may_stop,
        'of ' || rows_given || ' rows of `' || input_name || '` none is kept' as finding
    from compared
    union all
    select * from facts

),

final as (

    select
        check_name,
        input_name,
        coalesce(measured, 0e0) as measured,
        is_judged,
        may_stop,
        finding
    from measured

)

select * from final
