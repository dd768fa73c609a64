{# What a session reckons with: in another zone days would be other days, without an
   error. #}
{% macro validate_session() %}
    {{ return(adapter.dispatch("validate_session", "precision_marketing")()) }}
{% endmacro %}

{# The zone is of the package's own profile, or of each model's times by itself. #}
{% macro default__validate_session() %}
{% endmacro %}

{% macro spark__validate_session() %}
    {% set zone = run_query("set spark.sql.session.timeZone")[0]["value"] %}
    {% if zone not in ["UTC", "Etc/UTC", "GMT", "Z", "+00:00"] %}
        {{ exceptions.raise_compiler_error(
            "The Spark session is in the zone `" ~ zone ~ "`, and days would be of it, not"
            ~ " of UTC: set `spark.sql.session.timeZone: UTC` under"
            ~ " `server_side_parameters` of the profile."
        ) }}
    {% endif %}
{% endmacro %}
