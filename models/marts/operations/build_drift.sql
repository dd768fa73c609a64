-- Grain: one row per measure of this build, beside those of the builds before it.
{{ config(post_hook="{{ precision_marketing.say_drift_in_health() }}") }}
{% set events = ref("precision_marketing", "int_events") %}
{% set days = precision_marketing.setting("build_drift", "days") %}
{% set has = precision_marketing.has_part %}
{% set data_until = "select max(events.occurred_at) from " ~ events ~ " as events" %}
with

latest_events as (

    select * from {{ events }}
    where occurred_at > ({{ data_until }}) - interval '{{ days }}' day

),

measures as (

    {{ precision_marketing.build_measures(has("recommendations"), has("audiences")) }}

),

earlier as (

    {{ precision_marketing.earlier_measures(data_until) }}

),

thresholds as (

    {{ precision_marketing.drift_thresholds() }}

),

-- The median of several builds, so that one bad night is not what is usual.
usual as (

    select
        measure_name,
        subject,
        percentile_cont(0.5) within group (order by measured_value) as usual_value,
        count(measured_value) as earlier_build_count
    from earlier
    where nth <= {{ precision_marketing.setting("build_drift", "builds") }}
    group by measure_name, subject

),

compared as (

    select
        measures.*,
        usual.usual_value,
        coalesce(usual.earlier_build_count, 0) as earlier_build_count,
        (measures.measured_value - usual.usual_value)
        / case
            when thresholds.is_difference then 1e0
            else nullif(abs(usual.usual_value), 0)
        end as change,
        thresholds.warns_above,
        thresholds.fix
    from measures
    inner join thresholds on measures.measure_name = thresholds.measure_name
    left join usual
        on measures.measure_name = usual.measure_name
        and measures.subject = usual.subject

),

judged as (

    select
        *,
        coalesce(abs(change) > warns_above, false)
        and coalesce(usual_value > least_value, true) as is_drifted
    from compared

),

final as (

    select
        measure_name,
        subject,
        measured_value,
        usual_value,
        earlier_build_count,
        change,
        warns_above,
        case when is_drifted then 'warned' else 'ok' end as outcome,
        is_drifted and measure_name = 'quality' as is_relearning_due,
        case
            when is_drifted then '`' || measure_name || '` (' || subject || ') is '
                || round(measured_value, 4) || ', and usually ' || round(usual_value, 4)
                || ': ' || fix || '.'
        end as message
    from judged

)

select * from final
