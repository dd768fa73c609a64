-- Grain: one row: whether a campaign's audience asks for the chance to buy its target.
{{ config(materialized="view") }}
with

final as (

    {% if precision_marketing.has_part("audiences") %}
    select count(*) > 0 as is_asked
    from {{ ref("precision_marketing", "int_campaign_targets") }}
    {% else %}
    select false as is_asked
    {% endif %}

)

select * from final
