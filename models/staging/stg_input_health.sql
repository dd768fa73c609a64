-- Grain: one row per check and input, with its outcome (docs/health.md).
{% set accepted = precision_marketing.setting("health", "accept") %}
with

findings as (

    select * from {{ ref("precision_marketing", "stg_input_findings") }}

),

thresholds as (

    {% for check in precision_marketing.health_checks() %}
    {% set bounds = precision_marketing.health_thresholds(check) %}
    select
        '{{ check.key }}' as check_name,
        '{{ check.unit }}' as unit,
        cast({{ bounds.warn }} as double) as warns_above,
        cast({{ bounds.stop }} as double) as stops_above,
        {{ precision_marketing.text_literal(check.fix) }} as fix
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

bounded as (

    select
        findings.check_name,
        findings.input_name,
        findings.measured,
        thresholds.unit,
        thresholds.warns_above,
        case when findings.may_stop then thresholds.stops_above end as stops_above,
        findings.is_judged,
        findings.finding || ': ' || thresholds.fix as advice,
        findings.check_name || '.' || findings.input_name as full_name
    from findings
    inner join thresholds on findings.check_name = thresholds.check_name

),

judged as (

    select
        *,
        is_judged and coalesce(measured > stops_above, false) as is_absurd,
        is_judged and coalesce(measured > warns_above, false) as is_odd,
        {% for name in accepted %}
        {{ precision_marketing.text_literal(name) }} in (check_name, full_name) or
        {% endfor %}
        false as is_accepted
    from bounded

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
            when is_absurd and not is_accepted
                then advice || ', or accept it with `health: {accept: [' || full_name
                    || ']}`.'
            when is_absurd then advice || '; `health.accept` lets the build go on.'
            when is_odd then advice || '.'
        end as message
    from judged

)

select * from final
