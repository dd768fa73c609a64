-- Grain: one row per campaign: the largest value of each metric, by which values are
-- divided before they are cubed, so that no sum of cubes is too large to be exact.
with

final as (

    select
        {% for metric, (y, x) in precision_marketing.lift_metrics().items() %}
        cast(greatest(max({{ y }}), max({{ x }}), 1) as double) as largest_{{ metric }},
        {% endfor %}
        campaign_id
    from {{ ref("precision_marketing", "int_campaign_user_outcomes") }}
    group by campaign_id

)

select * from final
