-- Who is offered anything, and how many of the items.
with

counted as (

    select
        null::varchar as currency,
        count(distinct user_id)::double as users_with_recommendations,
        count(distinct item_id)::double as items_recommended
    from marts.recommendations

)

unpivot counted on users_with_recommendations, items_recommended
into name figure value figure_value
order by figure
