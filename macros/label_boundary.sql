{# The day given by a setting of `windows`, or else the day that leaves the share of
   history nearest to `wanted_share`. A day that leaves under half of the wanted history,
   or under a fifth of the wanted labels, is no boundary. #}
{% macro label_boundary(days, setting, wanted_share, condition) %}
    {% set day = precision_marketing.setting("windows", setting) %}
    {% if day %}
    select
        cast('{{ day }}' as date) as event_date,
        (
            select coalesce(max(history_share), 1e0)
            from {{ days }}
            where event_date <= cast('{{ day }}' as date)
        ) as history_share
    {% else %}
    select
        event_date,
        history_share
    from {{ days }}
    where {{ condition }}
        and history_share >= 0.5 * ({{ wanted_share }})
        and history_share <= 1 - 0.2 * (1 - ({{ wanted_share }}))
    order by abs(history_share - ({{ wanted_share }})), event_date
    limit 1
    {% endif %}
{% endmacro %}
