-- Each mart stands in the seed `mart_purposes`, and one with a `user_id` is closed to
-- who refuses to be profiled and has the test `only_whom_consent_allows`. A mart that
-- is switched off is in no graph, so that rows of the seed are not asked for theirs.
with

purposes as (

    select * from {{ ref("precision_marketing", "mart_purposes") }}

),

marts as (

    {% for mart in precision_marketing.marts_and_their_tests() %}
    select
        '{{ mart.name }}' as mart,
        {{ mart.has_users }} as has_users,
        {{ mart.is_tested }} as is_tested
    union all
    {% endfor %}
    select
        null as mart,
        false as has_users,
        false as is_tested
    where 1 = 0

)

select marts.mart
from marts
left join purposes on marts.mart = purposes.mart
where
    purposes.mart is null
    or marts.has_users <> (purposes.people = 'users')
    or (
        marts.has_users
        and not (marts.is_tested and purposes.profiling_refused = 'closed')
    )
