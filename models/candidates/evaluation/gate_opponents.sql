-- Grain: one row per choice, ranking and opponent that it may have to beat.
{% set learned = precision_marketing.learned_rankings() %}
{% set is_learned = "scorer in ('" ~ learned | join("', '") ~ "')" %}
with

rankings as (

    select
        choice,
        scorer,
        count(distinct time_window) as window_count,
        {{ precision_marketing.exact_mean("ndcg_at_10") }} as ndcg_at_10
    from {{ ref("precision_marketing", "gate_votes") }}
    group by choice, scorer

),

-- Every ranking is made for all users of a window, so that means can be compared.
best_simpler as (

    select
        choice,
        scorer
    from rankings
    where not {{ is_learned }}
        and window_count = 2
    qualify row_number() over (
            partition by choice
            order by
                round(ndcg_at_10, 9) desc,
                case when scorer = 'blend' then 0 else 1 end,
                scorer
        ) = 1

),

pairs as (

    select
        choice,
        scorer,
        'blend' as opponent
    from rankings
    union
    select
        rankings.choice,
        rankings.scorer,
        best_simpler.scorer as opponent
    from rankings
    inner join best_simpler on rankings.choice = best_simpler.choice
    where rankings.{{ is_learned }}
    {% for earlier in learned[:-1] %}
    union
    select
        choice,
        scorer,
        '{{ earlier }}' as opponent
    from rankings
    where scorer in ('{{ learned[loop.index:] | join("', '") }}')
    {% endfor %}

),

final as (

    select
        pairs.choice,
        pairs.scorer,
        pairs.opponent,
        pairs.{{ is_learned }} as is_learned,
        best_simpler.scorer is not null as is_best_simpler
    from pairs
    left join best_simpler
        on pairs.choice = best_simpler.choice
        and pairs.scorer = best_simpler.scorer

)

select * from final
