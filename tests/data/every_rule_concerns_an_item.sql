-- A rule that names nothing of the catalogue does nothing, perhaps for a misspelling.
{{ config(severity="warn") }}
select rules.rule_number
from {{ ref("precision_marketing", "recommendation_rules") }} as rules
left join {{ ref("precision_marketing", "int_items") }} as items
    on rules.item_id = items.item_id
    or rules.category = items.category
    or rules.brand = items.brand
where items.item_id is null
    and not (rules.rule = 'cap' and coalesce(rules.category, rules.brand) = '*')
