-- Grain: one row per check and input, with its outcome (docs/health.md).
{% set or_accept = "', or accept it with `health: {accept: [' || check_name"
    ~ " || '.' || input_name || ']}`.'" %}
with

input_counts as (

    select * from {{ ref("precision_marketing", "stg_input_counts") }}

),

input_facts as (

    select * from {{ ref("precision_marketing", "stg_input_facts") }}

),

compared as (

    select
        input_counts.*,
        coalesce(earlier_rows.rows_given, 0) as rows_before
    from input_counts
    -- Requests for erasure are remembered: their file may be deleted.
    left join {{ ref("precision_marketing", "stg_earlier_input_rows") }} as earlier_rows
        on input_counts.input_name = earlier_rows.input_name
        and input_counts.input_name <> 'erasure_requests'

),

findings as (

    {% for name, measured, is_judged, finding in precision_marketing.row_findings() %}
    select
        '{{ name }}' as check_name,
        input_name,
        {{ measured }} as measured,
        {{ is_judged }} as is_judged,
        {{ finding }} as finding
    from compared
    union all
    {% endfor %}
    {{ precision_marketing.unmatched_findings() }}
    union all
    select * from input_facts

),

thresholds as (

    {{ precision_marketing.health_thresholds() }}

),

judged as (

    select
        findings.check_name,
        findings.input_name,
        coalesce(findings.measured, 0e0) as measured,
        thresholds.unit,
        thresholds.warns_above,
        thresholds.stops_above,
        findings.is_judged
        and coalesce(findings.measured > thresholds.stops_above, false) as is_absurd,
        findings.is_judged
        and coalesce(findings.measured > thresholds.warns_above, false) as is_odd,
        {{ precision_marketing.is_accepted() }} as is_accepted,
        findings.finding || ': ' || thresholds.fix as advice
    from findings
    inner join thresholds on findings.check_name = thresholds.check_name

),

final as (

    select
        check_name,
        input_name,
        measured,
        unit,
        warns_above,
        stops_above,
        case
            when is_absurd and not is_accepted then 'stopped'
            when is_absurd or is_odd then 'warned'
            else 'ok'
        end as outcome,
        case
            when is_absurd and not is_accepted then advice || {{ or_accept }}
            when is_absurd then advice || '; `health.accept` lets the build go on.'
            when is_odd then advice || '.'
        end as message
    from judged

)

select * from final
