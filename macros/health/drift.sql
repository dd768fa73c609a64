{# What is compared between builds: name, what of, and its value in this one (or null),
   each a select; docs/health.md. #}
{% macro build_measures(of_recommendations, of_audiences) %}
    {{ precision_marketing.sales_measures() }}
    union all
    select
        'rejected' as measure_name,
        input_name as subject,
        1e0 * rows_rejected / nullif(rows_read - rows_erased, 0) as measured_value,
        cast(null as double) as least_value
    from {{ ref("precision_marketing", "row_accounting") }}
    where
        input_name <> 'erasure_requests'
        and rows_read - rows_erased >= {{ precision_marketing.setting("health", "minimum_rows") }}
    {% if of_recommendations %}
    union all
    {{ precision_marketing.ranking_measures() }}
    {% endif %}
    {% if of_audiences %}
    union all
    select
        'calibration',
        'expected to observed buyers',
        {{ precision_marketing.exact_sum("expected_buyer_count") }}
        / nullif({{ precision_marketing.exact_sum("represented_buyer_count") }}, 0),
        cast(null as double)
    from {{ ref("precision_marketing", "propensity_calibration") }}
    {% endif %}
{% endmacro %}


{% macro ranking_measures() %}
    {% for share in ["10", "50", "90"] %}
    select
        'scores',
        published_ranking || ' p{{ share }}',
        percentile_cont(0.{{ share }}) within group (order by score),
        cast(null as double)
    from {{ ref("precision_marketing", "recommendations") }}
    group by published_ranking
    union all
    {% endfor %}
    -- Only a fall warns: what is usual has to lie above the interval.
    select
        'quality',
        metric || '@' || k,
        metric_value,
        coalesce(interval_upper, metric_value)
    from {{ ref("precision_marketing", "recommender_quality") }}
    where
        is_published
        and time_window = 'test'
        and segment = 'all'
        and (metric = 'ndcg' and k = 10 or metric = 'recall' and k = 20)
{%- endmacro %}


{# Of the latest days: a lost day is nothing in the sum of years. #}
{% macro sales_measures() %}
    {% set order_name = "coalesce('o' || order_id, 'e' || event_id)" %}
    {% for measure, value in [
        ("events", "1e0 * count(*)"),
        ("orders", "1e0 * count(distinct case when is_conversion then user_id || ':' || "
            ~ order_name ~ " end)"),
        ("revenue", "cast(sum(case when is_conversion then revenue_amount end) as double)"),
    ] %}
    select
        '{{ measure }}' as measure_name,
        'latest days' as subject,
        {{ value }} as measured_value,
        cast(null as double) as least_value
    from latest_events
    {{ "union all" if not loop.last }}
    {% endfor %}
{%- endmacro %}


{# The measures of the latest publications of earlier data and the same kind of input,
   `nth` counted from the latest; none before the first. #}
{% macro earlier_measures(data_until) %}
    {% if not execute or not precision_marketing.remembers_publications() %}
    select
        cast(null as {{ precision_marketing.kind_type("text") }}) as measure_name,
        cast(null as {{ precision_marketing.kind_type("text") }}) as subject,
        cast(null as double) as measured_value,
        1 as nth
    where 1 = 0
    {% else %}
    select
        measures.measure_name,
        measures.subject,
        measures.measured_value,
        row_number() over (
            partition by measures.measure_name, measures.subject
            order by builds.data_until desc, builds.published_at desc, builds.build_id
        ) as nth
    from {{ precision_marketing.notes_relation("build_measures") }} as measures
    inner join {{ precision_marketing.notes_relation("build_history") }} as builds
        on measures.build_id = builds.build_id
    where
        builds.published_at is not null
        and builds.input_source = '{{ precision_marketing.input_source() }}'
        and builds.data_until < ({{ data_until }})
    {% endif %}
{% endmacro %}


{# Every measure with its threshold, whether the difference itself or its share of what
   is usual is held against it, and what to look at. #}
{% macro drift_thresholds() %}
    {% for record in precision_marketing.drift_settings() if record.fix is defined %}
    select
        '{{ record.key }}' as measure_name,
        cast({{ precision_marketing.setting("build_drift", record.key) }} as double)
            as warns_above,
        {{ record.key == "rejected" }} as is_difference,
        {{ precision_marketing.text_literal(record.fix) }} as fix
    {{ "union all" if not loop.last }}
    {% endfor %}
{% endmacro %}


{# Say in `build_health` what has drifted: it is built before all that is measured, so
   that it can say why a build was stopped. #}
{% macro say_drift_in_health() %}
    {# Elsewhere nothing is remembered, so that nothing drifts. #}
    {% if target.type != "duckdb" %}{{ return("select 1") }}{% endif %}
    {% set health = ref("precision_marketing", "build_health") %}
    delete from {{ health }} where check_name like 'drift of %';
    insert into {{ health }} (
        check_name, input_name, measured, unit, warns_above, outcome, message
    )
    select
        'drift of ' || measure_name,
        subject,
        abs(change),
        'share',
        warns_above,
        outcome,
        message
    from {{ this }}
    where outcome = 'warned'
{% endmacro %}
