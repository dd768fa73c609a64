-- Grain: one row per ranking: whether it is published, and why or why not.
{% set text = precision_marketing.kind_type("text") %}
with

gate_margins as (

    select * from {{ ref("precision_marketing", "gate_margins") }}

),

published_ranking as (

    select * from {{ ref("precision_marketing", "published_ranking") }}

),

described as (

    select
        gate_margins.*,
        published_ranking.best_simpler_ranking,
        published_ranking.scorer = 'neural' as is_network_published,
        gate_margins.scorer = published_ranking.scorer as is_published,
        cast(cast(gate_margins.margin_lower as decimal(9, 4)) as {{ text }})
            as lower_text,
        cast(cast(gate_margins.margin as decimal(9, 4)) as {{ text }}) as margin_text,
        cast(gate_margins.gate_user_count as {{ text }})
        || ' users with labels are fewer than 200' as few_users_text
    from gate_margins
    cross join published_ranking

),

final as (

    select
        scorer,
        gate_user_count,
        ndcg_at_10,
        margin,
        margin_lower,
        margin_upper,
        is_best_simpler,
        is_published,
        case
            when scorer = 'neural' and is_published
                then
                    'published: the lower end of the interval, '
                    || lower_text
                    || ', is above 0'
            when not has_enough_users and is_published
                then 'published: ' || few_users_text || ', so that the blend is taken'
            when not has_enough_users then 'not published: ' || few_users_text
            when scorer = 'neural'
                then
                    'not published: the lower end of the interval, '
                    || lower_text
                    || ', is not above 0'
            when is_published then 'published: the best of the simpler rankings'
            when is_best_simpler
                then
                    'not published: the best of the simpler rankings, but the network'
                    || ' is better'
            else
                'not published: '
                || margin_text
                || ' to '
                || best_simpler_ranking
                || ', the best of the simpler rankings'
        end as reason
    from described

)

select * from final
