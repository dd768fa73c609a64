-- Grain: one row per rate of a control and users of both arms: the smallest rise of the
-- rate that pooled z finds with a chance of 80 %; null where not even one to 1 is.
{% set halvings = 60 %}
with recursive

comparisons as (

    select
        control_mean as control_rate,
        treated_user_count,
        control_user_count
    from {{ ref("precision_marketing", "int_campaign_arm_means") }}
    where is_rate
    union distinct
    select
        baseline_mean as control_rate,
        treated_user_count,
        control_user_count
    from {{ ref("precision_marketing", "int_campaign_baselines") }}
    where metric = 'conversion'

),

searched as (

    select
        *,
        treated_user_count + control_user_count as user_count,
        1e0 * control_user_count / (treated_user_count + control_user_count)
            as control_share
    from comparisons
    where control_rate is not null and treated_user_count > 0 and control_user_count > 0

),

halved as (

    select
        *,
        0 as halving,
        0e0 as low,
        1e0 - control_rate as high
    from searched
    union all
    select
        control_rate,
        treated_user_count,
        control_user_count,
        user_count,
        control_share,
        halving + 1 as halving,
        case when is_found then low else (low + high) / 2e0 end as low,
        case when is_found then (low + high) / 2e0 else high end as high
    from (
        select
            *,
            coalesce({{ precision_marketing.power_of_rate(
                "control_rate", "((low + high) / 2e0)", "control_share", "user_count"
            ) }} >= 0.8e0, false) as is_found
        from halved
        where halving < {{ halvings }}
    ) as tried

),

final as (

    select
        control_rate,
        treated_user_count,
        control_user_count,
        case
            when {{ precision_marketing.power_of_rate(
                "control_rate", "((1e0 - control_rate) * (1e0 - 1e-9))",
                "control_share", "user_count"
            ) }} >= 0.8e0 then high
        end as minimum_detectable_lift
    from halved
    where halving = {{ halvings }}

)

select * from final
