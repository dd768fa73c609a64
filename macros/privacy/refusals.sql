{# Who refuses what, one row per user and refusal, read from the rows of the input: any
   row that says no counts, and one that cannot be read is a no to everything. Who
   unsubscribed from a channel refuses that channel. #}
{% macro refusals() %}
    {% set text = precision_marketing.kind_type("text") %}
    {% for purpose in ["email", "ads", "profiling"] %}
    select distinct
        user_id,
        '{{ purpose }}' as refused,
        cast(null as {{ text }}) as channel
    from {{ ref("precision_marketing", "stg_users_checked") }}
    where not has_{{ purpose }}_consent
    union
    select distinct
        rejected.user_id,
        '{{ purpose }}' as refused,
        cast(null as {{ text }}) as channel
    from {{ ref("precision_marketing", "stg_users_checked") }} as rejected
    left join {{ ref("precision_marketing", "stg_users") }} as users
        on rejected.user_id = users.user_id
    where rejected.row_status = 'rejected' and users.has_{{ purpose }}_consent is null
    union
    {% endfor %}
    select distinct
        touches.user_id,
        'the channel' as refused,
        coalesce(touches.channel, campaigns.channel) as channel
    from {{ ref("precision_marketing", "stg_campaign_touches") }} as touches
    inner join {{ ref("precision_marketing", "stg_campaigns") }} as campaigns
        on touches.campaign_id = campaigns.campaign_id
    where touches.touch_type = 'unsubscribe'
{%- endmacro %}


{# The users of a mart, and where it has campaigns their channels. #}
{% macro listed_users(mart) %}
    {% set columns = adapter.get_columns_in_relation(mart) | map(attribute="name")
        | list if execute else [] %}
    select distinct
        listed.user_id,
        {{ "campaigns.channel" if "campaign_id" in columns
            else "cast(null as " ~ precision_marketing.kind_type("text") ~ ")" }}
            as channel
    from {{ mart }} as listed
    {% if "campaign_id" in columns %}
    left join {{ ref("precision_marketing", "stg_campaigns") }} as campaigns
        on listed.campaign_id = campaigns.campaign_id
    {% endif %}
{%- endmacro %}


{# Whether a row of the matrix is closed to a listed user's refusal. #}
{% macro is_closed() %}
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
{%- endmacro %}
