{# The rules of the rates that are shares of users, each a text and a condition of the
   rows that break it: `{user_cvr: [converting_users, clicking_users]}` says which users
   are counted and among which. The interval is that of a share too. #}
{% macro share_faults(shares) %}
    {% set faults = [] %}
    {% for rate, (part, whole) in shares.items() %}
        {% do faults.append([part ~ " are among " ~ whole, part ~ " > " ~ whole]) %}
        {% do faults.append([
            rate ~ " is " ~ part ~ " / " ~ whole,
            "case when " ~ whole ~ " > 0 then coalesce(abs(" ~ rate ~ " - 1e0 * " ~ part
                ~ " / " ~ whole ~ ") > 1e-12, true) else " ~ rate ~ " is not null end"]) %}
        {% do faults.append([
            rate ~ " lies in its interval, and that in 0 to 1",
            "case when " ~ rate ~ " is not null then coalesce(" ~ rate ~ "_lower < 0 or "
                ~ rate ~ "_lower > " ~ rate ~ " + 1e-12 or " ~ rate ~ "_upper < " ~ rate
                ~ " - 1e-12 or " ~ rate ~ "_upper > 1, true) end"]) %}
    {% endfor %}
    {{ return(faults) }}
{% endmacro %}


{% macro check_shares(table, shares) %}
    {% for rate, counts in shares.items() %}
        {% if not (precision_marketing.is_list(counts) and counts | length == 2) %}
            {% do precision_marketing.table_rules_error(table, "a share is written "
                ~ "`{rate: [counted_users, all_users]}`, not `" ~ rate ~ ": " ~ counts
                ~ "`.") %}
        {% endif %}
    {% endfor %}
{% endmacro %}
