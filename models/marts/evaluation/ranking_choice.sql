-- Grain: one row per ranking: whether it is published, and why or why not.
with

choices as (

    select * from {{ ref("precision_marketing", "challenger_reasons") }}

),

tests_of_halves as (

    select *
    from {{ ref("precision_marketing", "challenger_tests") }}
    where choice <> 'all'

),

-- What one half of the users chooses is reported on the other.
reported_elsewhere as (

    select
        {{ precision_marketing.exact_sum(
            "reported.test_ndcg_at_10 * reported.test_user_count"
        ) }} / nullif(sum(reported.test_user_count), 0) as ndcg_at_10
    from tests_of_halves as chosen
    inner join tests_of_halves as reported
        on chosen.choice <> reported.choice
        and chosen.scorer = reported.scorer
    where chosen.is_published

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
        choices.is_best_simpler,
        choices.is_published,
        choices.reason
    from choices
    cross join reported_elsewhere

)

select * from final
