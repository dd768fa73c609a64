-- Grain: one row per campaign and treated variant: were its arms alike before the draw?
-- What a user did before it no campaign can have changed: where the arms differ in it,
-- users went missing, whatever the sizes of the arms were meant to be.
-- Compared is who had done it in the days of the var `lift.history_days`, and how much.
{% set measures = ["order", "visit"] %}
with

arms as (

    select
        campaign_id,
        variant,
        is_control,
        {% for measure in measures %}
        count(*) filter (where history_{{ measure }}_count > 0)
            as {{ measure }}_user_count,
        {% endfor %}
        count(*) as user_count
    from {{ ref("precision_marketing", "int_campaign_user_outcomes") }}
    group by campaign_id, variant, is_control

),

pairs as (

    select
        treated.campaign_id,
        treated.variant,
        treated.user_count as treated_user_count,
        {% for measure in measures %}
        treated.{{ measure }}_user_count as treated_{{ measure }}_count,
        control.{{ measure }}_user_count as control_{{ measure }}_count,
        {% endfor %}
        control.user_count as control_user_count
    from arms as treated
    inner join arms as control
        on treated.campaign_id = control.campaign_id
        and control.is_control
    where not treated.is_control

),

tests as (

    {% for measure in measures %}
    {% set counts = [
        "treated_" ~ measure ~ "_count", "treated_user_count",
        "control_" ~ measure ~ "_count", "control_user_count",
    ] %}
    select
        campaign_id,
        variant,
        {{ precision_marketing.rates_p(*counts) }} as p
    from pairs
    union all
    {% endfor %}
    select
        campaign_id,
        variant,
        p
    from {{ ref("precision_marketing", "int_campaign_arm_tests") }}
    where method = 'history'

),

final as (

    select
        campaign_id,
        variant,
        -- Bonferroni, over what could be tested.
        least(1e0, count(*) * min(p)) as history_p
    from tests
    where p is not null
    group by campaign_id, variant

)

select * from final
