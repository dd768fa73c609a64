-- Grain: one row per choice and step: who challenges whom, and who stands after it.
{% set learned = precision_marketing.learned_rankings() %}
with

gate_wins as (

    select * from {{ ref("precision_marketing", "gate_wins") }}

),

-- The best of the simpler rankings, unless it is no better than the blend.
step_0 as (

    select
        choice,
        0 as step,
        coalesce(max(case when is_best_simpler then scorer end), 'blend') as scorer,
        'blend' as opponent,
        coalesce(
            max(case when is_best_simpler and wins then scorer end), 'blend'
        ) as winner
    from gate_wins
    where not is_learned
    group by choice

),

{% for scorer in learned %}
step_{{ loop.index }} as (

    select
        before.choice,
        {{ loop.index }} as step,
        '{{ scorer }}' as scorer,
        before.winner as opponent,
        case when gate_wins.wins then '{{ scorer }}' else before.winner end as winner
    from step_{{ loop.index0 }} as before
    left join gate_wins
        on before.choice = gate_wins.choice
        and gate_wins.scorer = '{{ scorer }}'
        and before.winner = gate_wins.opponent

),

{% endfor %}
final as (

    {% for step in range(learned | length + 1) %}
    select * from step_{{ step }}
    {{ "union all" if not loop.last }}
    {% endfor %}

)

select * from final
