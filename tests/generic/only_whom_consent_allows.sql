{# Nobody is in a row of a mart that the seed `mart_purposes` closes to them. Asked of the
   inputs' own rows, not of the users that were derived from them. A mart that the seed
   does not name is closed by no row, and fails. #}
{% test only_whom_consent_allows(model) %}
    {% set mart = precision_marketing.tested_table(model) %}
    {% set columns = adapter.get_columns_in_relation(model) | map(attribute="name")
        | list if execute else [] %}
    with

    matrix as (

        select * from {{ ref("precision_marketing", "mart_purposes") }}
        where mart = '{{ mart }}'

    ),

    refusals as (

        {{ precision_marketing.refusals() }}

    ),

    listed as (

        select distinct
            listed.user_id,
            {{ "campaigns.channel" if "campaign_id" in columns
                else "cast(null as " ~ precision_marketing.kind_type("text") ~ ")" }}
                as channel
        from {{ model }} as listed
        {% if "campaign_id" in columns %}
        left join {{ ref("precision_marketing", "stg_campaigns") }} as campaigns
            on listed.campaign_id = campaigns.campaign_id
        {% endif %}

    ),

    erased_users as (

        {{ precision_marketing.erased_users() }}

    ),

    erased as (

        select user_id from listed
        where {{ precision_marketing.is_erased("user_id") }}

    )

    select refusals.refused, count(distinct listed.user_id) as user_count
    from listed
    inner join refusals on listed.user_id = refusals.user_id
    cross join matrix
    where
        (matrix.profiling_refused = 'closed' and refusals.refused = 'profiling')
        or (
            matrix.channel_refused = 'closed'
            and (
                refusals.channel = listed.channel
                or (
                    refusals.refused = 'email'
                    and listed.channel in ('email', 'e-mail', '(unknown)')
                )
                or (
                    refusals.refused = 'ads'
                    and listed.channel not in ('email', 'e-mail')
                )
            )
        )
    group by refusals.refused
    union all
    select 'erasure' as refused, count(*) as user_count
    from erased
    having count(*) > 0
    union all
    select 'no purpose in mart_purposes' as refused, count(*) as user_count
    from matrix
    having count(*) <> 1
{% endtest %}
