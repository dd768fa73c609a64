-- Whatever ranking is published, a list ends only where the blend's candidates end too.
{% set length = precision_marketing.setting("recommendations", "per_user") %}
with

published as (

    select
        user_index,
        count(*) as item_count
    from {{ ref("precision_marketing", "published_items") }}
    group by user_index

),

available as (

    select
        user_index,
        least(count(*), {{ length }}) as item_count
    from {{ ref("precision_marketing", "blended_candidates") }}
    where time_window = 'serve'
    group by user_index

)

select
    available.user_index,
    available.item_count as available_item_count,
    published.item_count as published_item_count
from available
left join published on available.user_index = published.user_index
where coalesce(published.item_count, 0) < available.item_count
