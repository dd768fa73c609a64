-- Grain: one row per campaign and treated variant: what its lift rests on.
{% set mismatch_level = "0.001e0" %}
with

variants as (

    select * from {{ ref("precision_marketing", "int_campaign_variants") }}
    where not is_control

),

draws as (

    select * from {{ ref("precision_marketing", "int_campaign_draws") }}

),

ratios as (

    select
        *,
        case
            when degrees_of_freedom >= 1
                then {{ precision_marketing.chi_square_upper_tail(
                    "chi_square", "degrees_of_freedom") }}
        end as sample_ratio_p
    from {{ ref("precision_marketing", "int_campaign_sample_ratios") }}

),

history as (

    select * from {{ ref("precision_marketing", "int_campaign_history_checks") }}

),

progress as (

    select * from {{ ref("precision_marketing", "int_campaign_progress") }}

),

final as (

    select
        variants.campaign_id,
        variants.variant,
        coalesce(ratios.expected_ratio_source, 'unknown') as expected_ratio_source,
        ratios.sample_ratio_p,
        coalesce(ratios.sample_ratio_p < {{ mismatch_level }}, false)
            as has_sample_ratio_mismatch,
        case
            when ratios.sample_ratio_p is null then 'split_unknown'
            when ratios.sample_ratio_p < {{ mismatch_level }} then 'mismatch'
            else 'as_designed'
        end as split_status,
        history.history_p,
        coalesce(history.history_p < {{ mismatch_level }}, false)
            as has_history_mismatch,
        case when draws.has_unlike_draws then 'campaign_start' else 'draw' end
            as measured_since,
        progress.is_running,
        progress.elapsed_share,
        progress.interim_boundary_z,
        progress.interim_boundary_p
    from variants
    inner join progress on variants.campaign_id = progress.campaign_id
    left join draws on variants.campaign_id = draws.campaign_id
    left join ratios on variants.campaign_id = ratios.campaign_id
    left join history
        on variants.campaign_id = history.campaign_id
        and variants.variant = history.variant

)

select * from final
