{# Nobody is in a row of a mart that the seed `mart_purposes` closes to them. Asked of
   the inputs' own rows, not of the users that were derived from them. A mart that the
   seed does not name fails. #}
{% test only_whom_consent_allows(model) %}
    with matrix as (
        select * from {{ ref("precision_marketing", "mart_purposes") }}
        where mart = '{{ precision_marketing.tested_table(model) }}'
    ),
    refusals as ({{ precision_marketing.refusals() }}),
    listed as ({{ precision_marketing.listed_users(model) }}),
    erased_users as ({{ precision_marketing.erased_users() }})
    select
        refusals.refused,
        count(distinct listed.user_id) as user_count
    from listed
    inner join refusals on listed.user_id = refusals.user_id
    cross join matrix
    where {{ precision_marketing.is_closed() }}
    group by refusals.refused
    union all
    select 'erasure' as refused, count(*) as user_count
    from listed
    where {{ precision_marketing.is_erased("listed.user_id") }}
    having count(*) > 0
    union all
    select 'no purpose in mart_purposes' as refused, count(*) as user_count
    from matrix
    having count(*) <> 1
{% endtest %}
