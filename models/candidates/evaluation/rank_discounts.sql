-- Grain: one row per rank from 1 to 20: its gain in NDCG and the ideal list's sum.
with

ranks as (

    {% for rank in range(1, 21) %}
    select {{ rank }} as ranking_rank
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

discounts as (

    select
        ranking_rank,
        ln(2e0) / ln(ranking_rank + 1e0) as discount
    from ranks

),

final as (

    select
        ranking_rank,
        discount,
        sum(discount) over (order by ranking_rank) as ideal_gain
    from discounts

)

select * from final
