-- Grain: one row per campaign and treated variant: were its arms alike before the draw?
-- What a user did before it no campaign can have changed: where the arms differ in it,
-- users went missing, whatever the sizes of the arms were meant to be.
{# Who of an arm had done it, in the days of the var `lift.history_days`. Yes or no: the
   test of a rate holds for few users and for uneven arms, one of money does not. #}
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

tested as (

    select
        campaign_id,
        {% for measure in measures %}
        {% set counts = [
            "treated_" ~ measure ~ "_count", "treated_user_count",
            "control_" ~ measure ~ "_count", "control_user_count",
        ] %}
        {{ precision_marketing.rates_p(*counts) }} as {{ measure }}_p,
        {% endfor %}
        variant
    from pairs

),

final as (

    select
        campaign_id,
        variant,
        -- Bonferroni.
        least(
            1e0, {{ measures | length }}e0 * least(
                {{ measures | join("_p, ") }}_p
            )
        ) as history_p
    from tested

)

select * from final
