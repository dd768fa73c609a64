-- Grain: one row per campaign with assigned users: do its arms have like draw times?
-- Where they have not, an arm would be measured for longer than the other.
{# Differences that are taken for one of how the draws were written, not of chance. #}
{% set given_share_difference = "0.05e0" %}
{% set longest_like_delay_days = "1e0 / 24e0" %}
{# The 0.9995 quantile of the normal distribution: p < 0.001. #}
{% set delay_quantile = "3.290526731491895e0" %}
with

campaigns as (

    select * from {{ ref("precision_marketing", "int_campaigns") }}

),

assignments as (

    select
        *,
        {{ precision_marketing.arm("variant") }} as arm,
        min(assigned_at) over (partition by campaign_id) as first_assigned_at
    from {{ ref("precision_marketing", "stg_campaign_assignments") }}
    where not is_in_several_arms

),

delays as (

    select
        assignments.campaign_id,
        assignments.arm,
        assignments.assigned_at,
        coalesce(campaigns.started_at, assignments.first_assigned_at) as common_start,
        -- Days of the campaign that the user is not measured.
        coalesce(greatest({{ precision_marketing.days_between(
            "coalesce(campaigns.started_at, assignments.first_assigned_at)",
            "assignments.assigned_at"
        ) }}, 0e0), 0e0) as delay_days
    from assignments
    inner join campaigns on assignments.campaign_id = campaigns.campaign_id

),

sums as (

    select
        campaign_id,
        arm,
        common_start,
        count(*) as user_count,
        1e0 * count(assigned_at) / count(*) as given_share,
        {{ precision_marketing.exact_sum("delay_days") }} as delay_sum,
        {{ precision_marketing.exact_sum("delay_days * delay_days") }} as delay_squares
    from delays
    group by campaign_id, arm, common_start

),

arms as (

    select
        *,
        delay_sum / user_count as mean_delay_days,
        coalesce({{ precision_marketing.sample_variance(
            "user_count", "delay_sum", "delay_squares") }}, 0e0) / user_count
            as delay_square
    from sums

),

final as (

    select
        arms.campaign_id,
        arms.common_start,
        coalesce(bool_or(
            abs(arms.given_share - control.given_share) > {{ given_share_difference }}
            or abs(arms.mean_delay_days - control.mean_delay_days) > greatest(
                {{ longest_like_delay_days }},
                {{ delay_quantile }} * sqrt(arms.delay_square + control.delay_square)
            )
        ), false) as has_unlike_draws
    from arms
    left join arms as control
        on arms.campaign_id = control.campaign_id
        and control.arm = 'control'
    group by arms.campaign_id, arms.common_start

)

select * from final
