-- The seed may be edited, but each of the 25 pairs of scores needs a name. (A build
-- with `--empty` has no seed rows to ask.)
with

scores as (

    select 1 as score
    union all
    select 2 as score
    union all
    select 3 as score
    union all
    select 4 as score
    union all
    select 5 as score

)

select
    recency.score as recency_score,
    frequency_monetary.score as frequency_monetary_score
from scores as recency
cross join scores as frequency_monetary
left join {{ ref("precision_marketing", "rfm_segments") }} as rfm_segments
    on recency.score = rfm_segments.recency_score
    and frequency_monetary.score = rfm_segments.frequency_monetary_score
where rfm_segments.segment is null
    and exists (select 1 from {{ ref("precision_marketing", "rfm_segments") }})
