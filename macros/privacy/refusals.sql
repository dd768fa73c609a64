{# Who refuses what, one row per user and refusal. Who unsubscribed from a channel
   refuses that channel. #}
{% macro refusals() %}
    {% for purpose in ["email", "ads", "profiling"] %}
    select
        user_id,
        '{{ purpose }}' as refused,
        cast(null as {{ precision_marketing.kind_type("text") }}) as channel
    from ({{ precision_marketing.users_who_refuse(purpose) }}) as {{ purpose }}_refusals
    union all
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


{# Read from the rows of the input: any that says no counts, and one that cannot be read
   is a no to everything; so is nothing said, where the setting has it or a line cannot be
   split. #}
{% macro users_who_refuse(purpose) %}
    {% set has_consent = "has_" ~ purpose ~ "_consent" %}
    {% set unknown = precision_marketing.setting("privacy", "unknown_consent") %}
    select user_id from {{ ref("precision_marketing", "stg_users_checked") }}
    where not {{ has_consent }}
    union
    select others.user_id
    from (
        select user_id from {{ ref("precision_marketing", "stg_users_checked") }}
        {% if unknown == "given" %}
        where row_status = 'rejected' or {{ precision_marketing.has_broken_users() }}
        {% endif %}
        union
        select user_id from {{ ref("precision_marketing", "stg_events") }}
        {% if unknown == "given" %}
        where {{ precision_marketing.has_broken_users() }}
        {% endif %}
    ) as others
    left join {{ ref("precision_marketing", "stg_users") }} as users
        on others.user_id = users.user_id
    where users.{{ has_consent }} is null
{%- endmacro %}


{% macro has_broken_users() %}
    exists (
        select 1 from {{ ref("precision_marketing", "stg_broken_records") }}
        where input_name = 'users'
    )
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


{# The marts of the graph: `name`, whether rows are about users, and whether the test
   `only_whom_consent_allows` is on them. #}
{% macro marts_and_their_tests() %}
    {% if not execute %}{{ return([]) }}{% endif %}
    {% set tested, marts = [], [] %}
    {% for node in graph.nodes.values() if node.package_name == "precision_marketing"
        and (node.test_metadata or {}).get("name") == "only_whom_consent_allows" %}
        {% do tested.append(node.attached_node) %}
    {% endfor %}
    {% for node in graph.nodes.values() if node.package_name == "precision_marketing"
        and node.resource_type == "model" and node.fqn[1] == "marts" %}
        {% do marts.append({"name": node.name, "has_users": "user_id" in node.columns,
            "is_tested": node.unique_id in tested}) %}
    {% endfor %}
    {{ return(marts) }}
{% endmacro %}
