-- Grain: one row per number of degrees of freedom: the quantile for 95 % intervals.
with

guesses as (

    select distinct
        degrees_of_freedom,
        {{ precision_marketing.student_quantile_guess("degrees_of_freedom") }}
            as t_quantile
    from {{ ref("precision_marketing", "int_campaign_arm_tests") }}
    where degrees_of_freedom is not null

),

{% for step in range(3) %}
{% set earlier = "guesses" if loop.first else "step_" ~ step %}
step_{{ loop.index }} as (

    select
        degrees_of_freedom,
        {{ precision_marketing.student_quantile_step(
            "t_quantile", "degrees_of_freedom") }} as t_quantile
    from {{ earlier }}

),

{% endfor %}
final as (

    select * from step_3

)

select * from final
