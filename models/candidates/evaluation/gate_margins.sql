-- Grain: one row per choice, ranking and opponent: its margin on users of `train` whom
-- it has not seen, on the later window `test`, and on both together.
{% set windows = {
    "train": "case when time_window = 'train' then difference end",
    "test": "case when time_window = 'test' then difference end",
    "together": "difference",
} %}
with

votes as (

    select * from {{ ref("precision_marketing", "gate_votes") }}

),

-- Same users on both sides: every ranking is made for all of them.
differences as (

    select
        pairs.choice,
        pairs.scorer,
        pairs.opponent,
        pairs.is_learned,
        pairs.is_best_simpler,
        own.time_window,
        own.ndcg_at_10,
        own.ndcg_at_10 - other.ndcg_at_10 as difference
    from {{ ref("precision_marketing", "gate_opponents") }} as pairs
    inner join votes as own
        on pairs.choice = own.choice
        and pairs.scorer = own.scorer
    inner join votes as other
        on pairs.choice = other.choice
        and pairs.opponent = other.scorer
        and own.time_window = other.time_window
        and own.user_index = other.user_index

),

margins as (

    select
        choice,
        scorer,
        opponent,
        is_learned,
        is_best_simpler,
        {% for window, difference in windows.items() %}
        count({{ difference }}) as {{ window }}_user_count,
        {{ precision_marketing.exact_mean(
            difference | replace("difference", "ndcg_at_10")
        ) }} as {{ window }}_ndcg_at_10,
        {{ precision_marketing.exact_mean(difference) }} as {{ window }}_margin,
        {{ precision_marketing.standard_error(difference) }}
            as {{ window }}_standard_error{{ "," if not loop.last }}
        {% endfor %}
    from differences
    group by choice, scorer, opponent, is_learned, is_best_simpler

),

final as (

    select
        *,
        {% for window in windows %}
        {% for end, sign in {"lower": "-", "upper": "+"}.items() %}
        {{ precision_marketing.normal_bound(
            window ~ "_margin", window ~ "_standard_error", sign
        ) }} as {{ window }}_margin_{{ end }},
        {% endfor %}
        {% endfor %}
        together_user_count >= 50 as has_enough_users,
        least(train_user_count, test_user_count) < 200 as is_small
    from margins

)

select * from final
