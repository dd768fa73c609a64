-- Nothing excluded is shown, and no list holds more of a category or brand than a cap
-- allows; what is pinned counts, but is shown even if the pins alone exceed the cap.
with

shown as (

    select
        recommendations.user_id,
        recommendations.recommendation_rank,
        recommendations.placement_rule,
        items.item_id,
        items.category,
        items.brand
    from {{ ref("precision_marketing", "recommendations") }} as recommendations
    inner join {{ ref("precision_marketing", "int_items") }} as items
        on recommendations.item_id = items.item_id

),

excluded as (

    select
        shown.user_id,
        rules.rule_number
    from shown
    inner join {{ ref("precision_marketing", "recommendation_rules") }} as rules
        on shown.item_id = rules.item_id
        or shown.category = rules.category
        or shown.brand = rules.brand
    where rules.rule = 'exclude'

),

over_a_cap as (

    {% for name in ["category", "brand"] %}
    select
        shown.user_id,
        rules.rule_number
    from shown
    inner join {{ ref("precision_marketing", "recommendation_rules") }} as rules
        on rules.{{ name }} = '*' or shown.{{ name }} = rules.{{ name }}
    where rules.rule = 'cap' and shown.{{ name }} is not null
    group by shown.user_id, rules.rule_number, shown.{{ name }}, rules.maximum
    having count(*) > rules.maximum
        and count(*) > sum(case when shown.placement_rule = 'pinned' then 1 else 0 end)
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from excluded
union all
select * from over_a_cap
