-- Every assigned user is in one segment of each kind: counts and totals add up.
with

segments as (

    select
        campaign_id,
        variant,
        metric,
        method,
        segment_kind,
        sum(treated_user_count) as treated_user_count,
        sum(treated_total) as treated_total
    from {{ ref("precision_marketing", "campaign_lift_by_segment") }}
    group by
        campaign_id,
        variant,
        metric,
        method,
        segment_kind

),

lift as (

    select * from {{ ref("precision_marketing", "campaign_lift") }}

)

select
    segments.campaign_id,
    segments.variant,
    segments.metric,
    segments.segment_kind
from segments
left join lift
    on segments.campaign_id = lift.campaign_id
    and segments.variant = lift.variant
    and segments.metric = lift.metric
    and segments.method = lift.method
where
    segments.treated_user_count is distinct from lift.treated_user_count
    or abs(segments.treated_total - lift.treated_total)
    > 1e-9 * greatest(1e3, abs(lift.treated_total))
    or (segments.treated_total is null) <> (lift.treated_total is null)
