{# Every check with its thresholds, those given before the defaults, and what helps. #}
{% macro health_thresholds() %}
    {% for check in precision_marketing.health_checks() %}
    {% set given = precision_marketing.setting("health", check.key) %}
    select
        '{{ check.key }}' as check_name,
        '{{ check.unit }}' as unit,
        {% for name, column in [["warn", "warns_above"], ["stop", "stops_above"]] %}
        {% set bound = given.get(name, check.default[name]) %}
        cast({{ "null" if bound == "never" else bound }} as double) as {{ column }},
        {% endfor %}
        {{ precision_marketing.text_literal(check.fix) }} as fix
    {{ "union all" if not loop.last }}
    {% endfor %}
{% endmacro %}


{# What is compared over builds is of one kind of source: whoever goes from the example
   to files of their own has lost no input. #}
{% macro input_source() %}
    {{ return("tables" if precision_marketing.setting("inputs")
        else "folder" if precision_marketing.input_folder() else "example") }}
{% endmacro %}


{% macro build_time() %}
    {{ return("cast('" ~ run_started_at.strftime("%Y-%m-%d %H:%M:%S")
        ~ "' as timestamp)") }}
{% endmacro %}


{# Until when events are expected: the end of the day `input_checks.as_of`, or else the
   latest event, since data may be as old as they are. #}
{% macro observed_until(latest) %}
    {% set day = precision_marketing.setting("input_checks", "as_of") %}
    {{ return("cast('" ~ day ~ "' as timestamp) + interval '1' day" if day
        else latest) }}
{% endmacro %}


{# The table of earlier builds, none before the first. It is no `ref`: what is written
   there depends on what is read. #}
{% macro earlier_builds() %}
    {{ return(precision_marketing.earlier_table("stg_build_history")) }}
{% endmacro %}


{# Print what checks have warned of and why they stopped the build, since dbt says only
   how many did. #}
{% macro name_stopped_checks(results) %}
    {% set words = {"stopped_checks_stop_the_build": "Stopped: ",
        "warned_checks_are_said_in_build_health": "Warned: ",
        "drifted_measures_are_said_in_build_drift": "Drifted: "} %}
    {% for result in results if result.status in ["fail", "warn"]
        and result.node.package_name == "precision_marketing"
        and result.node.name in words %}
        {% for row in run_query("select message from (" ~ result.node.compiled_code
            ~ ") as said order by message") %}
            {% do print(words[result.node.name] ~ row["message"]) %}
        {% endfor %}
    {% endfor %}
{% endmacro %}


{# Of a model that is not to be built where a check stops the build, such as the marts
   but those that say why. The edge is there once dbt has parsed, and unit tests need
   not give the table. #}
{% macro wait_for_checks() %}
    {% if not execute and "operations" not in model.fqn %}
        {% do ref("precision_marketing", "stg_stopped_checks") %}
    {% endif %}
{% endmacro %}
