-- Customers, and those of them who ever bought.
with

counted as (

    select
        null::varchar as currency,
        count(*)::double as customers,
        count(*) filter (segment <> 'No purchase yet')::double as customers_who_bought
    from marts.customer_segments

)

unpivot counted on customers, customers_who_bought
into name figure value figure_value
order by figure
