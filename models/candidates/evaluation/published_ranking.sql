-- Grain: one row: the ranking that is published, and which learned one is used beside
-- it.
with

challenger_tests as (

    select *
    from {{ ref("precision_marketing", "challenger_tests") }}
    where choice = 'all'

),

-- One row even without any test: a shop may have no user with a label.
final as (

    select
        coalesce(max(case when is_published then scorer end), 'blend') as scorer,
        coalesce(
            max(case when is_learned_in_use then scorer end), 'logistic_regression'
        ) as learned_scorer
    from challenger_tests

)

select * from final
