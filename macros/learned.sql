{# Whether what is learned ends before the last day, by `windows.learn`. #}
{% macro learns_later() %}
    {{ return(precision_marketing.setting("windows", "learn") != "daily"
        or precision_marketing.setting("windows", "learn_lag_days") > 0) }}
{% endmacro %}


{# The day before which a schedule learns, on the evening of a day: of `when_due` that of
   the week whose number, counted from a Monday, so many weeks divide. #}
{% macro scheduled_day(last_date) %}
    {% set learn = precision_marketing.setting("windows", "learn") %}
    {% set day = last_date ~ " + "
        ~ (1 - precision_marketing.setting("windows", "learn_lag_days")) %}
    {{ return(day if learn == "daily" else precision_marketing.weeks_start(day,
        precision_marketing.setting("windows", "learn_every_weeks")
            if learn == "when_due" else 1)) }}
{% endmacro %}


{# The evenings at which a publication said that quality had fallen, as a select: who
   learns on a schedule learns anew of them. What was built and never published, or is
   of another kind of input, has said nothing. #}
{% macro relearning_evenings() %}
    {% if not execute or not precision_marketing.remembers_publications()
        or precision_marketing.setting("windows", "learn") == "daily" %}
    select cast(null as date) as evening
    where 1 = 0
    {% else %}
    select distinct {{ precision_marketing.shop_day("builds.data_until") }} as evening
    from {{ precision_marketing.notes_relation("build_measures") }} as measures
    inner join {{ precision_marketing.notes_relation("build_history") }} as builds
        on measures.build_id = builds.build_id
    where
        measures.is_relearning_due
        and builds.published_at is not null
        and builds.input_source = '{{ precision_marketing.input_source() }}'
    {% endif %}
{% endmacro %}


{# The day before which all is learned: that on which a schedule last did, or a published
   fall of quality, of the last day and the histories alone, so that whoever builds all at
   once learns from the same as who built each day. What was said on the last day itself
   is for the next: a day that is built again is the same. Where less than half happened
   before, as in a shop that began this week, each day is learned from. #}
{% macro learning_dates(events, daily, relearning) %}
    {% set lag = precision_marketing.setting("windows", "learn_lag_days") %}
    select
        dates.last_date + interval '1' day as day_after_events,
        case
            when 2 * sum(case when days.event_date < dates.learn_on
                then days.event_count else 0 end) >= sum(days.event_count)
                then dates.learn_on
            else dates.last_date + 1
        end as learned_before
    from (
        select
            latest.last_date,
            greatest({{ precision_marketing.scheduled_day("latest.last_date") }},
                max(relearning.evening) + {{ 1 - lag }}) as learn_on
        from (
            select {{ precision_marketing.shop_day("max(occurred_at)") }} as last_date
            from {{ events }}
        ) as latest
        left join {{ relearning }} as relearning
            on latest.last_date > relearning.evening
        group by latest.last_date
    ) as dates
    left join {{ daily }} as days on 1 = 1
    group by dates.last_date, dates.learn_on
{% endmacro %}


{# Whether something was known when all was learned, by the time since when it is; it
   stands beside `int_time_boundaries` as `boundaries`. Of a shop that learns each day all
   is known, with a time or without. #}
{% macro is_learned(known_at) %}
    {{ return("coalesce(" ~ known_at ~ " < "
        ~ precision_marketing.day_start("boundaries.learned_before") ~ ", false)"
        if precision_marketing.learns_later() else "true") }}
{% endmacro %}


{# Whether a row of `int_users` or `int_items` is of a time window: those before `serve`
   have what was known when all was learned. #}
{% macro is_in_window(table, time_window) %}
    {{ return("(" ~ table ~ ".is_learned or " ~ time_window ~ " = 'serve')"
        if precision_marketing.learns_later() else "true") }}
{% endmacro %}


{# Models whose rows a build may keep: `before_serve`, all but those of the window `serve`,
   or `all`. Of such rows nothing but what `learned_fingerprint` reads decides: a test
   holds this list to the graph (docs/decisions/0023-the-atom-is-a-user.md). #}
{% macro kept_tables() %}
    {% set kept = {
        "int_labels": "all",
        "train_lists": "all",
        "scorer_decisions": "all",
        "neural_scorer_model": "all",
        "learned_scores": "all",
        "judged_rankings": "all",
        "user_ranking_quality": "all",
        "challenger_tests": "all",
        "cold_item_users": "all",
        "cold_item_scores": "all",
        "cold_item_expected_ranks": "all",
    } %}
    {% for name in [
        "int_user_item_matrix", "int_window_users", "int_popularity_segments",
        "int_item_features", "int_item_reviews", "int_repurchases", "int_user_rhythm",
        "int_user_affinities", "int_cold_items", "segment_popular_items",
        "content_only_users", "item_cosine_neighbors", "next_basket_neighbors",
        "content_review_terms", "ials_factors", "blended_candidates",
    ] %}
        {% do kept.update({name: "before_serve"}) %}
    {% endfor %}
    {% for scorer in precision_marketing.scorers() %}
        {% do kept.update({scorer.name ~ "_scores": "before_serve"}) %}
    {% endfor %}
    {{ return(kept) }}
{% endmacro %}


{# Of all that is learned from, and of the code: equal rows in any order have equal
   fingerprints. What has changed before the day until which all is learned, however late
   it came, is another fingerprint. #}
{% macro learned_fingerprint() %}
    {% set parts = [precision_marketing.text_literal(precision_marketing.kept_code())] %}
    {% set items = ref("precision_marketing", "int_items") %}
    {% for model, rows, without in [
        ["int_time_boundaries", "true", ["day_after_events"]],
        ["int_events", "time_slice < 3", []],
        ["int_users", "is_learned", []],
        ["int_items", "is_learned", ["is_available"]],
        ["int_item_embeddings", "item_index in (select learned.item_index from "
            ~ items ~ " as learned where learned.is_learned)", []],
    ] %}
        {% do parts.append(precision_marketing.rows_fingerprint(
            ref("precision_marketing", model), rows, without)) %}
    {% endfor %}
    {{ return("md5(" ~ parts | join(" || ' ' || ") ~ ")") }}
{% endmacro %}


{# What a build may keep is made by the same code, settings and machine: the command that
   builds everything says by which, and no other build keeps anything. #}
{% macro kept_code() %}
    {{ return(env_var("PRECISION_MARKETING_CODE", "") if execute else "") }}
{% endmacro %}


{% macro keeps_tables() %}
    {{ return(execute and target.type == "duckdb" and precision_marketing.learns_later()
        and precision_marketing.kept_code() != ""
        and precision_marketing.learned_tables() is not none) }}
{% endmacro %}


{# Which table is made of which fingerprint: a table that the materialization writes,
   beside the model that reads it; none where nothing is recommended. #}
{% macro learned_tables(name="learned_tables") %}
    {% set node = graph.nodes.get("model.precision_marketing.int_kept_tables") %}
    {{ return(api.Relation.create(
        database=node.database, schema=node.schema, identifier=name) if node else none) }}
{% endmacro %}


{# Before the first node: whoever does not keep forgets what could be kept, and what was
   kept by the last build, which Python models would go by. #}
{% macro begin_keeping() %}
    {% set relation = precision_marketing.learned_tables() if execute else none %}
    {% if target.type != "duckdb" or relation is none %}
    {% elif precision_marketing.keeps_tables() %}
    create schema if not exists {{ relation.without_identifier() }};
    create table if not exists {{ relation }} (
        table_name varchar primary key,
        fingerprint varchar not null
    );
    {% elif adapter.get_relation(
        relation.database, relation.schema, relation.identifier) %}
    {% set kept = precision_marketing.learned_tables("int_kept_tables") %}
    {% if adapter.get_relation(kept.database, kept.schema, kept.identifier) %}
    update {{ kept }} set is_kept = false;
    {% endif %}
    drop table {{ relation }};
    {% endif %}
{% endmacro %}


{# What of a model's rows this build keeps: none, `before_serve` or `all`. #}
{% macro kept_part(name, existing) %}
    {% set part = precision_marketing.kept_tables().get(name) %}
    {% if part and existing is not none and existing.is_table
        and precision_marketing.keeps_tables() %}
        {% set found = run_query("select count(*) as row_count from "
            ~ precision_marketing.learned_tables("int_kept_tables")
            ~ " where is_kept and table_name = '" ~ name ~ "'") %}
        {{ return(part if found[0]["row_count"] else none) }}
    {% endif %}
    {{ return(none) }}
{% endmacro %}


{# Before a table is made anew it is of no fingerprint, and of this build's after it. That
   it is not kept is said to its Python model too, which makes all windows then: somebody
   may have dropped the table. #}
{% macro note_learned_table(name, kept, is_made) %}
    {% if kept or name not in precision_marketing.kept_tables()
        or not precision_marketing.keeps_tables() %}
        {{ return("") }}
    {% endif %}
    {% set relation = precision_marketing.learned_tables() %}
    {% if is_made %}
        {% do run_query("insert into " ~ relation ~ " select table_name, fingerprint from "
            ~ precision_marketing.learned_tables("int_kept_tables")
            ~ " where table_name = '" ~ name ~ "'") %}
    {% else %}
        {% do run_query("delete from " ~ relation ~ " where table_name = '" ~ name ~ "'") %}
        {% do run_query("update " ~ precision_marketing.learned_tables("int_kept_tables")
            ~ " set is_kept = false where is_kept and table_name = '" ~ name ~ "'") %}
    {% endif %}
{% endmacro %}
