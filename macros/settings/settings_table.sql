{# The settings: every var of the package, and every key of a var that is a mapping.
   What is read (`setting`), checked (`check_setting`) and written in README.md all
   comes from here. A record has
   - var, key: its name; a var without keys has the key none,
   - kind: what it must be, one of those in check_setting.sql,
   - lowest, highest: bounds of a number, which every number has, so that none is too
     large for what is computed with it; lowest: letters that a text needs,
   - words: what a word may be, or the words of a list,
   - example: what a mapping or list looks like,
   - unit, default, effect: for README.md; the default holds where nothing is given. #}
{% macro settings_table() %}
    {% set records = [] %}
    {% for number in range(precision_marketing.setting_themes()) %}
        {% do records.extend(precision_marketing.settings_of_theme(number)) %}
    {% endfor %}
    {{ return(records) }}
{% endmacro %}


{# The record of a setting, none where there is none. Themes behind the one that has it
   are not made: a build asks a thousand times. #}
{% macro setting_record(name, key) %}
    {% for number in range(precision_marketing.setting_themes()) %}
        {% for record in precision_marketing.settings_of_theme(number)
            if record.var == name and record.key == key %}
            {{ return(record) }}
        {% endfor %}
    {% endfor %}
    {{ return(none) }}
{% endmacro %}


{% macro setting_themes() %}{{ return(15) }}{% endmacro %}


{# The settings of one theme, those first that models ask for most. #}
{% macro settings_of_theme(number) %}
    {{ return(
        precision_marketing.input_settings() if number == 0
        else precision_marketing.value_settings() if number == 1
        else precision_marketing.window_settings() if number == 2
        else precision_marketing.recommendation_settings() if number == 3
        else precision_marketing.ranking_settings() if number == 4
        else precision_marketing.tuning_settings() if number == 5
        else precision_marketing.attribution_settings() if number == 6
        else precision_marketing.lift_settings() if number == 7
        else precision_marketing.audience_settings() if number == 8
        else precision_marketing.health_settings() if number == 9
        else precision_marketing.publication_settings() if number == 10
        else precision_marketing.privacy_settings() if number == 11
        else precision_marketing.shop_settings() if number == 12
        else precision_marketing.drift_settings() if number == 13
        else precision_marketing.part_settings()
    ) }}
{% endmacro %}


{% macro input_settings() %}
    {{ return([
        {"var": "input_dir", "key": none, "kind": "folder", "unit": "folder",
         "default": "", "effect": "Parquet or CSV files to read; also `INPUT_DIR=`"},
        {"var": "input_files", "key": "encoding", "kind": "text", "lowest": 1,
         "unit": "encoding", "default": "utf-8",
         "effect": "of CSV files, as Python names it"},
        {"var": "inputs", "key": none, "kind": "relations", "default": {},
         "unit": "mapping", "example": "{events: db.schema.table}",
         "effect": "existing tables instead"},
        {"var": "event_types", "key": none, "kind": "event types", "default": {},
         "unit": "mapping", "example": "{share: 2}",
         "effect": "weight of an event type, or one of your own"},
        {"var": "input_checks", "key": "as_of", "kind": "date", "unit": "date",
         "default": "",
         "effect": "events later than this and a day are rejected; empty: now"},
        {"var": "input_checks", "key": "maximum_quantity", "kind": "number",
         "lowest": 1, "highest": 1000000000, "unit": "pieces", "default": 50000,
         "effect": "larger quantities are rejected"},
        {"var": "input_checks", "key": "drop_refired_orders", "kind": "flag",
         "unit": "flag", "default": false,
         "effect": "an order's line that was sent again later is a duplicate"},
    ]) }}
{% endmacro %}


{% macro value_settings() %}
    {{ return([
        {"var": "input_checks", "key": "maximum_amount", "kind": "number",
         "lowest": 1, "highest": 1000000000000, "unit": "currency",
         "default": 1000000000,
         "effect": "larger prices, lines, spend and costs are [no values]"
         ~ "(docs/inputs.md#how-values-are-read)"},
        {"var": "input_checks", "key": "earliest_date", "kind": "date", "unit": "date",
         "default": "1990-01-01", "effect": "earlier times are typing errors"},
        {"var": "input_checks", "key": "missing_ids", "kind": "texts", "unit": "list",
         "default": ["nan", "none", "null", "undefined", "na", "n/a", "#n/a", "<na>",
            "nil", "nat", "(null)", "(none)", "(not set)", "\\N", "-", "--", "#ref!",
            "#value!", "#name?", "00000000-0000-0000-0000-000000000000"],
         "example": "[nan, none, unknown]", "effect": "words, in any case, for no id"},
        {"var": "input_checks", "key": "time_zone", "kind": "time zone",
         "unit": "IANA name", "default": "UTC",
         "effect": "the shop's, in which its days begin"},
        {"var": "input_checks", "key": "time_formats", "kind": "time formats",
         "unit": "list", "default": [],
         "example": "['%d.%m.%Y %H:%M', epoch_seconds]",
         "effect": "how times are written besides ISO 8601"},
        {"var": "input_checks", "key": "decimal_sign", "kind": "word",
         "words": ["column", "point", "comma"], "unit": "word", "default": "column",
         "effect": "of numbers that are texts; `column`: what each column's values say"},
    ]) }}
{% endmacro %}


{% macro window_settings() %}
    {{ return(precision_marketing.label_settings() + [
        {"var": "windows", "key": "learn", "kind": "word", "unit": "word",
         "words": ["daily", "weekly", "when_due"], "default": "daily", "effect": "until"
         ~ " when [is learned and judged](docs/operations.md#one-more-day)"},
        {"var": "windows", "key": "learn_every_weeks", "kind": "whole number",
         "lowest": 1, "highest": 52, "unit": "weeks", "default": 4,
         "effect": "from one date of `when_due` to the next"},
        {"var": "windows", "key": "learn_lag_days", "kind": "whole number", "lowest": 0,
         "highest": 60, "unit": "days", "default": 0, "effect": "so much earlier still"},
        {"var": "windows", "key": "evaluated_users", "kind": "whole number",
         "lowest": 100, "highest": 1000000000, "unit": "users", "default": 10000,
         "effect": "most users with labels that rankings are judged on, by hash"},
        {"var": "interactions", "key": "half_life_days", "kind": "number", "lowest": 0,
         "highest": 36500, "unit": "days", "default": 0,
         "effect": "older events count less; 0: equally"},
        {"var": "interactions", "key": "saturation", "kind": "word",
         "words": ["log", "binary", "none"], "unit": "word", "default": "log",
         "effect": "how repeated events add up"},
    ]) }}
{% endmacro %}


{% macro label_settings() %}
    {{ return([
        {"var": "windows", "key": "label_share", "kind": "share", "lowest": 0.01,
         "highest": 0.4, "unit": "share", "default": 0.1,
         "effect": "share of events in each label window"},
        {"var": "windows", "key": "holdout_share", "kind": "share", "lowest": 0.01,
         "highest": 0.5, "unit": "share", "default": 0.2,
         "effect": "of a user's items, where no day divides the events"},
        {"var": "windows", "key": "train_labels_start_on", "kind": "date",
         "unit": "date", "default": "",
         "effect": "first day of these labels; empty: by `label_share`"},
        {"var": "windows", "key": "test_labels_start_on", "kind": "date",
         "unit": "date", "default": "",
         "effect": "first day of these labels; empty: by `label_share`"},
    ]) }}
{% endmacro %}


{% macro recommendation_settings() %}
    {{ return([
        {"var": "recommendations", "key": "target", "kind": "word",
         "words": ["new", "any"], "unit": "word", "default": "new",
         "effect": "`any`: what the user has may be offered again"},
        {"var": "recommendations", "key": "per_user", "kind": "whole number",
         "lowest": 1, "highest": 100, "unit": "items", "default": 10,
         "effect": "length of the published lists"},
        {"var": "recommendations", "key": "candidates_per_scorer",
         "kind": "whole number", "lowest": 20, "highest": 1000, "unit": "items",
         "default": 80, "effect": "length of each scorer's list, and of the blend"},
        {"var": "recommendations", "key": "kept_of_each_scorer", "kind": "whole number",
         "lowest": 0, "highest": 1000, "unit": "items", "default": 20,
         "effect": "first items of every list that stay candidates besides"},
        {"var": "recommendations", "key": "diversity", "kind": "number", "lowest": 0,
         "highest": 1, "unit": "number", "default": 0,
         "effect": "unlike items before better ones that resemble the list; 0: off"},
        {"var": "recommendations", "key": "exploration_share", "kind": "share",
         "lowest": 0, "highest": 0.5, "unit": "share", "default": 0,
         "effect": "of each list, for items that fewer than 5 users touched"},
        {"var": "recommendations", "key": "every_scorer", "kind": "flag",
         "unit": "flag", "default": false,
         "effect": "rank by scorers too that [add nothing]"
         ~ "(docs/scorers.md#scorers-that-are-left-out)"},
    ]) }}
{% endmacro %}


{% macro ranking_settings() %}
    {{ return([
        {"var": "rules", "key": none, "kind": "rules", "unit": "list", "default": [],
         "example": "[{rule: exclude, category: tobacco}]",
         "effect": "[pin, exclude, cap](docs/business_rules.md)"},
        {"var": "scorers", "key": none, "kind": "mapping of mappings", "default": {},
         "unit": "mapping", "example": "{item_cosine: {similarity: euclidean}}",
         "effect": "settings of the [scorers](docs/scorers.md)"},
        {"var": "learned", "key": "training_users_maximum", "kind": "whole number",
         "lowest": 100, "highest": 1000000000, "unit": "users", "default": 20000,
         "effect": "users that the network learns from"},
        {"var": "learned", "key": "feature_gaps", "kind": "feature gaps",
         "unit": "mapping", "default": {}, "example": "{popularity__item_age: drop}",
         "effect": "what to do where a feature is missing: `drop`, or a number"},
    ]) }}
{% endmacro %}


{% macro tuning_settings() %}
    {{ return([
        {"var": "tuning", "key": "enabled", "kind": "flag", "unit": "flag",
         "default": false,
         "effect": "search on `train` for the settings: [tuning](docs/tuning.md)"},
        {"var": "tuning", "key": "users", "kind": "whole number", "lowest": 100,
         "highest": 1000000000, "unit": "users", "default": 2000,
         "effect": "most users that a search asks"},
        {"var": "tuning", "key": "trials_per_scorer", "kind": "whole number",
         "lowest": 1, "highest": 100, "unit": "trials", "default": 12,
         "effect": "most trials of a scorer"},
    ]) }}
{% endmacro %}


{% macro attribution_settings() %}
    {{ return([
        {"var": "attribution", "key": "click_window_days", "kind": "whole number",
         "lowest": 0, "highest": 365, "unit": "days", "default": 7,
         "effect": "from a click to an order, where a campaign names none"},
        {"var": "attribution", "key": "view_window_days", "kind": "whole number",
         "lowest": 0, "highest": 365, "unit": "days", "default": 1,
         "effect": "from an impression to an order, where a campaign names none"},
        {"var": "attribution", "key": "lookback_days", "kind": "whole number",
         "lowest": 1, "highest": 365, "unit": "days", "default": 30,
         "effect": "of touches that share an [order](docs/attribution.md)"},
        {"var": "attribution", "key": "half_life_days", "kind": "number",
         "lowest": 0.01, "highest": 3650, "unit": "days", "default": 7,
         "effect": "of a touch's weight in the model `time_decay`"},
        {"var": "attribution", "key": "path_touches", "kind": "whole number",
         "lowest": 1, "highest": 500, "unit": "touches", "default": 100,
         "effect": "the latest ones that a path keeps"},
        {"var": "attribution", "key": "journeys_end_at_orders", "kind": "flag",
         "unit": "flag", "default": false,
         "effect": "a path begins after the order before, and later touches start one"},
    ]) }}
{% endmacro %}


{% macro lift_settings() %}
    {{ return([
        {"var": "lift", "key": "history_days", "kind": "number", "lowest": 1,
         "highest": 3650, "unit": "days", "default": 90,
         "effect": "history before the draw that CUPED takes out"},
        {"var": "lift", "key": "variant_shares", "kind": "variant shares",
         "unit": "mapping", "default": {},
         "example": "{spring: {control: 0.2, treatment: 0.8}}",
         "effect": "designed arms of a campaign: [lift](docs/campaign_lift.md)"},
    ]) }}
{% endmacro %}


{% macro shop_settings() %}
    {{ return([
        {"var": "item_pairs", "key": "minimum_baskets", "kind": "whole number",
         "lowest": 2, "highest": 1000000000, "unit": "baskets", "default": 3,
         "effect": "that two items must share to be a pair"},
        {"var": "item_pairs", "key": "top_items", "kind": "whole number", "lowest": 1,
         "highest": 1000, "unit": "items", "default": 20,
         "effect": "most pairs of an item"},
        {"var": "item_pairs", "key": "basket_items", "kind": "whole number",
         "lowest": 2, "highest": 10000, "unit": "items", "default": 100,
         "effect": "baskets of more items are no pairs, as a reseller's"},
    ]) }}
{% endmacro %}


{% macro audience_settings() %}
    {{ return([
        {"var": "audiences", "key": "addressed", "kind": "audience rules", "default": {},
         "unit": "mapping", "example": "{spring: {segments: [Lost], least_days: 60}}",
         "effect": "segments, and days since the last order, that an audience is for"},
        {"var": "audiences", "key": "recent_buyer_days", "kind": "number", "lowest": 0,
         "highest": 3650, "unit": "days", "default": 14,
         "effect": "who bought the target since then is not contacted"},
        {"var": "audiences", "key": "frequency_cap", "kind": "number", "lowest": 1,
         "highest": 1000000, "unit": "contacts", "default": 5,
         "effect": "who had so many is not contacted, all campaigns together"},
        {"var": "audiences", "key": "frequency_window_days", "kind": "number",
         "lowest": 0, "highest": 3650, "unit": "days", "default": 7,
         "effect": "in which `frequency_cap` counts"},
        {"var": "audiences", "key": "channel_frequency_caps", "kind": "channel caps",
         "unit": "mapping", "default": {}, "example": "{email: 3, push: 10}",
         "effect": "who had so many of the campaign's channel is not contacted either"},
        {"var": "audiences", "key": "global_holdout_share", "kind": "share", "lowest": 0,
         "highest": 0.9, "unit": "share", "default": 0.05,
         "effect": "users held out of everything"},
        {"var": "audiences", "key": "campaign_holdout_share", "kind": "share",
         "lowest": 0, "highest": 0.9, "unit": "share", "default": 0.1,
         "effect": "users held out of each [audience](docs/audiences.md)"},
        {"var": "audiences", "key": "holdout_salt", "kind": "text", "unit": "text",
         "lowest": 1, "default": "precision_marketing", "effect": "another draws anew"},
        {"var": "audiences", "key": "holdout_started_on", "kind": "date", "unit": "date",
         "default": "",
         "effect": "since when the global holdout is kept; empty: since it was drawn"},
    ]) }}
{% endmacro %}


{% macro health_settings() %}
    {{ return([
        {"var": "health", "key": "accept", "kind": "accepted checks", "unit": "list",
         "default": [], "example": "[rows_fell.events]",
         "effect": "checks that may not stop the build: [health](docs/health.md)"},
        {"var": "health", "key": "minimum_rows", "kind": "whole number", "lowest": 1,
         "highest": 1000000, "unit": "rows", "default": 100,
         "effect": "of an input with fewer no share is judged"},
    ] + precision_marketing.health_checks()) }}
{% endmacro %}


{# Checks of the inputs as a whole, each of its key's name and measured in its unit:
   more than `warn` warns, more than `stop` stops the build; `fix` is what then helps. #}
{% macro health_checks() %}
    {% set share = {"var": "health", "kind": "thresholds", "unit": "share", "lowest": 0,
        "highest": 1} %}
    {% set count = dict(share, unit="inputs", highest=1000000) %}
    {{ return([
        dict(share, key="rows_rejected", default={"warn": 0.1, "stop": 0.5},
             effect="rejected rows of an input",
             fix="look into marts.rejected_rows and repair the source"),
        dict(share, key="few_rows_rejected", default={"warn": 0.3, "stop": "never"},
             effect="the same of an input of fewer rows than `minimum_rows`",
             fix="look into marts.rejected_rows and repair the source"),
        dict(share, key="rows_duplicate", default={"warn": 0.2, "stop": "never"},
             effect="duplicate rows of an input",
             fix="see whether the export was written twice"),
        dict(share, key="rows_fell", default={"warn": 0.3, "stop": 0.9},
             effect="fewer rows of an input than in the last build",
             fix="see whether the export is whole"),
        dict(count, key="input_vanished", default={"warn": 0, "stop": 0},
             effect="an input without any row that had some in the last build",
             fix=precision_marketing.vanished_fix()),
        dict(count, key="input_empty", default={"warn": 0, "stop": 0},
             effect="`events` or `items` of which no row is kept",
             fix="see whether the export is whole"),
        dict(count, key="optional_input_empty", default={"warn": 0, "stop": "never"},
             effect="another input that is there, and of which no row is kept",
             fix="see whether the export is whole"),
    ] + precision_marketing.value_checks(share, count)
        + precision_marketing.match_checks(share, count)
        + precision_marketing.fact_checks(count)) }}
{% endmacro %}


{% macro vanished_fix() %}
    {{ return("if the file was forgotten, put it back; if this folder is another shop,"
        ~ " build it into a database of its own (DATABASE=other.duckdb)") }}
{% endmacro %}


{% macro value_checks(share, count) %}
    {{ return([
        dict(share, key="keys_in_conflict", default={"warn": 0.01, "stop": "never"},
             effect="keys of an input whose rows contradict each other, to its rows",
             fix="see whether the key is one, and which row counts: docs/inputs.md"),
        dict(share, key="values_missing", default={"warn": 0.05, "stop": "never"},
             effect="kept rows of an input with a value that is not read",
             fix="look into marts.value_gaps"),
        dict(count, unit="rows", key="decimals_unclear", highest=1000000000,
             default={"warn": 0, "stop": "never"},
             effect="kept rows with a number like 1.234 that may be thousands",
             fix="say which it is with `input_checks: {decimal_sign: point}` (or comma),"
             ~ " or write all numbers of the column alike"),
        dict(share, key="items_unknown", default={"warn": 0.2, "stop": 0.95},
             effect="kept events or touches whose item the catalogue lacks",
             fix="see whether both inputs write item ids alike"),
        dict(count, unit="lines", key="orders_refired", highest=1000000000,
             default={"warn": 0, "stop": "never"},
             effect="lines of an order that were sent again under another event id",
             fix="drop them with `input_checks: {drop_refired_orders: true}`, or leave"
             ~ " them where they are orders of their own"),
    ]) }}
{% endmacro %}


{% macro match_checks(share, count) %}
    {{ return([
        dict(share, key="users_unmatched", default={"warn": 0.95, "stop": "never"},
             effect="users that another input names and who have no event",
             fix="see whether both inputs write user ids alike"),
        dict(count, unit="ids", key="zeros_lost", highest=1000000000,
             default={"warn": 0, "stop": "never"},
             effect="ids that another input has with other zeros in front",
             fix="write them alike in both: spreadsheets drop zeros, save ids as text"),
        dict(count, unit="names", key="settings_misspelled", default={"warn": 0, "stop": 0},
             effect="campaigns, channels and items that a setting names and no row has",
             fix="write them as the input does, or leave them out of the setting"),
        dict(count, unit="campaigns", key="targets_unknown",
             default={"warn": 0, "stop": "never"},
             effect="campaigns whose `target_item_ids` or `target_category` no item has",
             fix="write them as `items` does, ids with commas between"),
        dict(count, unit="days", key="spend_in_several_files",
             default={"warn": 0, "stop": "never"},
             effect="days of a campaign (and `channel`) whose spend several files have",
             fix="leave each day in one file, the latest export of it, unless the files"
             ~ " are different accounts"),
        dict(count, unit="rows", key="bills_alike", highest=1000000000,
             default={"warn": 0, "stop": "never"},
             effect="rows of spend that are equal and yet added up, as of two ad groups",
             fix="give them a column that tells ad groups apart, or leave out what two"
             ~ " exports both have"),
    ]) }}
{% endmacro %}


{% macro fact_checks(count) %}
    {{ return([
        dict(count, key="purchases_missing", default={"warn": 0, "stop": "never"},
             effect="no event is of a type that is a target or conversion",
             fix="say in the setting `event_types` what a purchase is"),
        dict(count, unit="days", key="days_without_events",
             default={"warn": 7, "stop": "never"},
             effect="in a row without an event, to `input_checks.as_of` where it is set",
             fix="see whether the export is whole and still runs"),
        dict(count, unit="currency", key="amounts_too_large", highest=90000000000000,
             default={"warn": "never", "stop": 90000000000000},
             effect="sum of an input's amounts; tables hold no more than the default",
             fix="lower `input_checks: {maximum_amount: 1000000}`, so that typing errors"
             ~ " are rejected, or give amounts in thousands"),
    ] + precision_marketing.currency_checks(count)) }}
{% endmacro %}


{% macro currency_checks(count) %}
    {{ return([
        dict(count, unit="currencies", key="currencies_mixed",
             default={"warn": 1, "stop": 1},
             effect="currencies that are added up: orders; costs of one campaign",
             fix="convert amounts to one currency (staging.stg_input_currencies has"
             ~ " them)"),
        dict(count, unit="currencies", key="currencies_differ",
             default={"warn": 1, "stop": "never"},
             effect="currencies of items; of campaigns, their costs and the orders",
             fix="convert amounts to one currency, or compare what is of one only"
             ~ " (staging.stg_input_currencies has them)"),
        dict(count, unit="rows", key="erasure_requests_rejected", highest=1000000000,
             default={"warn": 0, "stop": 0},
             effect="requests of erasure that name somebody and cannot be read",
             fix="look into marts.rejected_rows and write the ids as `events` does"),
        dict(count, unit="lines", key="consents_unreadable", highest=1000000000,
             default={"warn": 0, "stop": "never"},
             effect="lines of `users` that cannot be split: who refuses there is unknown",
             fix="look into marts.rejected_rows and repair these lines"),
    ]) }}
{% endmacro %}


{% macro publication_settings() %}
    {{ return([
        {"var": "publication", "key": "marts", "kind": "texts", "unit": "list",
         "default": [], "example": "[campaigns, row_accounting]",
         "effect": "marts that are [published](docs/publication.md); empty: all"},
        {"var": "publication", "key": "earlier", "kind": "whole number", "lowest": 0,
         "highest": 100, "unit": "files", "default": 3,
         "effect": "earlier publications that are kept for `make rollback`"},
        {"var": "publication", "key": "remembered", "kind": "word",
         "words": ["published", "built"], "unit": "word", "default": "published",
         "effect": "[what contact lists and holdouts go on from](docs/operations.md"
         ~ "#histories); `built`: from the last build, published or not"},
    ]) }}
{% endmacro %}


{# Measures that are compared between builds have a `fix`: what to look at. #}
{% macro drift_settings() %}
    {% set share = {"var": "build_drift", "kind": "number", "lowest": 0, "highest": 1000000,
        "unit": "share"} %}
    {% set count = dict(share, kind="whole number", lowest=1, highest=365) %}
    {{ return([
        dict(count, key="builds", unit="builds", default=7,
             effect="latest publications whose median is what is"
             ~ " [usual](docs/health.md#drift)"),
        dict(count, key="days", unit="days", default=7,
             effect="latest days whose events, orders and revenue are compared"),
        dict(share, key="events", default=0.5, effect="change of events that warns",
             fix="see whether the export is whole, and count its days"),
        dict(share, key="orders", default=0.5, effect="the same of orders",
             fix="see whether purchases are still recorded as before"),
        dict(share, key="revenue", default=0.5, effect="the same of revenue",
             fix="look for prices in another unit or currency"),
        dict(share, key="rejected", default=0.05,
             effect="change of an input's share of rejected rows that warns",
             fix="look into marts.rejected_rows for reasons that are new"),
    ] + precision_marketing.learned_drift_settings(share)) }}
{% endmacro %}


{% macro learned_drift_settings(share) %}
    {{ return([
        dict(share, key="scores", default=0.5,
             effect="change of a quantile of the published scores that warns",
             fix="look into marts.scorer_usage and marts.feature_gaps for what is new"),
        dict(share, key="quality", default=0.2,
             effect="fall of the published ranking's quality, beyond its interval",
             fix="learn anew, and see what changed in catalogue and events"),
        dict(share, key="calibration", default=0.5,
             effect="change of expected to observed buyers that warns",
             fix="look into marts.propensity_calibration before audiences are used"),
    ]) }}
{% endmacro %}


{% macro privacy_settings() %}
    {{ return([
        {"var": "privacy", "key": "unknown_consent", "kind": "word",
         "words": ["given", "refused"], "unit": "word", "default": "given",
         "effect": "what it is if nothing is said of a user's [consent]"
         ~ "(docs/privacy.md#purposes)"},
        {"var": "privacy", "key": "profile", "kind": "word",
         "words": ["in-house", "shared"], "unit": "word", "default": "in-house",
         "effect": "[what is published of people](docs/privacy.md#profiles); also"
         ~ " `PROFILE=`"},
        {"var": "privacy", "key": "minimum_group", "kind": "number", "lowest": 1,
         "highest": 1000000, "unit": "users", "default": 5,
         "effect": "smaller groups are not published; `shared`: 10 at least"},
        {"var": "privacy", "key": "pseudonyms", "kind": "flag", "unit": "flag",
         "default": false,
         "effect": "keyed hashes in place of ids also in-house; `shared` has them anyway"},
    ] + precision_marketing.public_settings()) }}
{% endmacro %}


{% macro public_settings() %}
    {{ return([
        {"var": "privacy", "key": "public_epsilon", "kind": "number", "lowest": 0.01,
         "highest": 10, "unit": "epsilon", "default": 1,
         "effect": "what one file of the profile [`public`](docs/privacy.md#public) may"
         ~ " tell of a user at most"},
        {"var": "privacy", "key": "public_total_epsilon", "kind": "number",
         "lowest": 0.01, "highest": 100, "unit": "epsilon", "default": 3,
         "effect": "what all of them together may; none is made beyond"},
        {"var": "privacy", "key": "public_delta", "kind": "number",
         "lowest": 0.000000000001, "highest": 0.001, "unit": "share",
         "default": 0.000001, "effect": "chance that either bound fails"},
        {"var": "privacy", "key": "public_campaigns_per_user", "kind": "whole number",
         "lowest": 1, "highest": 1000, "unit": "campaigns", "default": 10,
         "effect": "in which a user counts there"},
        {"var": "privacy", "key": "public_orders_per_campaign", "kind": "whole number",
         "lowest": 1, "highest": 1000, "unit": "orders", "default": 3,
         "effect": "of a user in a campaign that count there"},
        {"var": "privacy", "key": "public_revenue_per_campaign", "kind": "whole number",
         "lowest": 1, "highest": 1000000, "unit": "currency", "default": 200,
         "effect": "of a user in a campaign that counts there"},
    ]) }}
{% endmacro %}


{% macro part_settings() %}
    {% set parts = ["recommendations", "campaigns", "audiences"] %}
    {{ return([
        {"var": "parts", "key": none, "kind": "words", "words": parts, "unit": "list",
         "default": parts, "effect": "[what is built](docs/parts.md)"},
    ]) }}
{% endmacro %}
