-- Grain: one row per ranking: whether it is published, and why or why not.
with

tests as (

    select * from {{ ref("precision_marketing", "challenger_tests") }}

),

-- What one half of the users chooses is reported on the other.
reported_elsewhere as (

    select
        {{ precision_marketing.exact_sum(
            "reported.test_ndcg_at_10 * reported.test_user_count"
        ) }} / nullif(sum(reported.test_user_count), 0) as ndcg_at_10
    from tests as chosen
    inner join tests as reported
        on chosen.choice <> reported.choice
        and chosen.scorer = reported.scorer
    where chosen.is_published
        and chosen.choice <> 'all'
        and reported.choice <> 'all'

),

final as (

    select
        tests.scorer,
        tests.opponent,
        {% for window in ["train", "test"] %}
        tests.{{ window }}_user_count,
        tests.{{ window }}_ndcg_at_10,
        tests.{{ window }}_margin,
        tests.{{ window }}_margin_lower,
        tests.{{ window }}_margin_upper,
        {% endfor %}
        case when tests.is_published then reported_elsewhere.ndcg_at_10 end
            as test_ndcg_at_10_chosen_elsewhere,
        tests.is_best_simpler,
        tests.is_published,
        reasons.reason
    from tests
    inner join {{ ref("precision_marketing", "challenger_reasons") }} as reasons
        on tests.scorer = reasons.scorer
    cross join reported_elsewhere
    where tests.choice = 'all'

)

select * from final
