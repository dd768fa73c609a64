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
