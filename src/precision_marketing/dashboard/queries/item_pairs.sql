-- What is bought together more often than by chance, the surest first.
select
    one.item_title, other.item_title as other_item_title, pairs.pair_basket_count,
    pairs.confidence, pairs.confidence_lower, pairs.confidence_upper, pairs.lift,
    pairs.lift_lower, pairs.lift_upper
from marts.item_pairs as pairs
inner join marts.items as one on pairs.item_id = one.item_id
inner join marts.items as other on pairs.other_item_id = other.item_id
where pairs.lift > 1
order by pairs.lift_lower desc, pairs.item_id, pairs.other_item_id
limit 30
