{# What a session has to be like: in another zone days would be other days, without an
   error, and dbt-spark's own way to load a seed takes blanks for nothing and stumbles over
   an apostrophe. #}
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
    {% if adapter.dispatch("load_csv_rows", "dbt").macro.package_name
        in ["dbt", "dbt_spark"] %}
        {{ exceptions.raise_compiler_error(
            "Seeds would be loaded by dbt-spark, which takes blanks for nothing: add"
            ~ " `dispatch: [{macro_namespace: dbt, search_order: [" ~ project_name
            ~ ", precision_marketing, dbt]}]` to dbt_project.yml."
        ) }}
    {% endif %}
{% endmacro %}
