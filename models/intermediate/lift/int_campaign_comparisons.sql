-- Grain: one row per campaign, treated variant, segment and metric: the two arms.
-- A variant of which nobody was assigned keeps its rows, with nothing measured.
{% set names = ["y", "x", "yy", "xx", "xy", "yyy", "yyx", "yxx", "xxx"] %}
with

sums as (

    select * from {{ ref("precision_marketing", "int_campaign_outcome_sums") }}

),

metrics as (

    select 'conversion' as metric
    union all
    select 'visits' as metric
    union all
    select 'revenue' as metric

),

treated as (

    select
        campaign_id,
        variant,
        segment_kind,
        segment,
        metric,
        {% for name in names %}
        sum_{{ name }},
        {% endfor %}
        user_count
    from sums
    where not is_control

    union all

    select
        variants.campaign_id,
        variants.variant,
        '(all)' as segment_kind,
        '(all)' as segment,
        metrics.metric,
        {% for name in names %}
        0e0 as sum_{{ name }},
        {% endfor %}
        0 as user_count
    from {{ ref("precision_marketing", "int_campaign_variants") }} as variants
    cross join metrics
    where not variants.is_control and variants.assigned_user_count = 0

),

control as (

    select * from sums
    where is_control

),

final as (

    select
        treated.campaign_id,
        treated.variant,
        treated.segment_kind,
        treated.segment,
        treated.metric,
        treated.user_count as treated_user_count,
        cast(coalesce(control.user_count, 0) as bigint) as control_user_count,
        {% for arm in ["treated", "control"] %}
        {% for name in names %}
        {{ arm }}.sum_{{ name }} as {{ arm }}_{{ name }},
        {% endfor %}
        {% endfor %}
        treated.metric = 'conversion' as is_rate
    from treated
    left join control
        on treated.campaign_id = control.campaign_id
        and treated.segment_kind = control.segment_kind
        and treated.segment = control.segment
        and treated.metric = control.metric

)

select * from final
