-- Grain: one row per ranking: whether it is published, and why or why not.
with

choices as (

    select * from {{ ref("precision_marketing", "gate_reasons") }}

),

votes as (

    select * from {{ ref("precision_marketing", "gate_votes") }}

),

published_by_half as (

    select
        case choice when 'half_0' then 'half_1' else 'half_0' end as judging_half,
        winner as scorer
    from {{ ref("precision_marketing", "gate_steps") }}
    where choice <> 'all'
        and step = {{ precision_marketing.learned_rankings() | length }}

),

-- What one half of the users chooses is reported on the other.
reported_elsewhere as (

    select {{ precision_marketing.exact_mean("votes.ndcg_at_10") }} as ndcg_at_10
    from votes
    inner join published_by_half
        on votes.choice = published_by_half.judging_half
        and votes.scorer = published_by_half.scorer
    where votes.time_window = 'test'

),

final as (

    select
        choices.scorer,
        choices.opponent,
        {% for window in ["train", "test"] %}
        choices.{{ window }}_user_count,
        choices.{{ window }}_ndcg_at_10,
        choices.{{ window }}_margin,
        choices.{{ window }}_margin_lower,
        choices.{{ window }}_margin_upper,
        {% endfor %}
        case when choices.is_published then reported_elsewhere.ndcg_at_10 end
            as test_ndcg_at_10_chosen_elsewhere,
        choices.is_best_simpler_ranking as is_best_simpler,
        choices.is_published,
        choices.reason
    from choices
    cross join reported_elsewhere

)

select * from final
