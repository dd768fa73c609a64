-- Grain: one row per campaign, day and kind of money.
with

spend as (

    select * from spend_export

),

-- Thousands and a point; `1.234,50` is not guessed at, and makes the day unreadable.
amounts as (

    select
        coalesce(nullif(campaign_id, ''), campaign_name) as campaign_id,
        -- A row of several days is of none: export it by day.
        case when starts = ends then starts end as spend_date,
        case
            when regexp_full_match(spend, '[^0-9,.]*[0-9]{1,3}(,[0-9]{3})*([.][0-9]+)?')
                or regexp_full_match(spend, '[^0-9,.]*[0-9]+([.][0-9]+)?')
                then try_cast(
                    regexp_replace(spend, '[^0-9.]', '', 'g') as decimal(18, 6)
                )
        end as amount,
        spend_unit as currency
    from spend

),

final as (

    select
        campaign_id,
        spend_date,
        -- All rows of a day, such as its ad groups; a part of them is no sum.
        case when count(*) = count(amount) then sum(amount) end as spend,
        currency
    from amounts
    group by campaign_id, spend_date, currency

)

select * from final
