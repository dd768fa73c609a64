-- The latest event of any customer, and the moment that the build looks back from.
select
    max(last_acted_at) as last_event_at,
    max(as_of_at) as as_of_at
from marts.customer_segments
