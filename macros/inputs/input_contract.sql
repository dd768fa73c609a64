{# Every input with its key and columns: [name, kind, is_required], and the one that is
   an `amount` of a currency. The kinds and what they are read as: value_kinds.sql. The
   only place that knows. #}
{% macro input_contract() %}
    {{ return({
        "events": {"is_required": true, "key": ["event_id"],
            "things": ["user_id", "coalesce(item_id, '')", "lower(event_type)"],
            "amount": "unit_price",
            "order": ["occurred_at"], "columns": [
            ["event_id", "key", false], ["user_id", "id", true],
            ["item_id", "id", true], ["event_type", "text", true],
            ["occurred_at", "timestamp", true], ["quantity", "quantity", false],
            ["unit_price", "price", false], ["rating", "number", false],
            ["review_text", "text", false], ["session_id", "id", false],
            ["order_id", "id", false], ["recommendation_id", "id", false],
            ["currency", "currency", false],
        ]},
        "items": {"is_required": true, "key": ["item_id"], "amount": "price",
            "order": ["updated_at desc nulls last", "published_at desc nulls last",
                "coalesce(is_available, true)"], "columns": [
            ["item_id", "id", true], ["title", "text", false],
            ["description", "text", false], ["category", "text", false],
            ["brand", "text", false], ["price", "price", false],
            ["tags", "text", false], ["is_available", "availability", false],
            ["published_at", "planned", false], ["embedding", "array", false],
            ["updated_at", "timestamp", false], ["currency", "currency", false],
        ]},
        "users": {"is_required": false, "key": ["user_id"],
            "order": ["signed_up_at desc nulls last"], "columns": [
            ["user_id", "id", true], ["signed_up_at", "timestamp", false],
            ["country", "text", false], ["attributes", "text", false],
            ["has_email_consent", "consent", false],
            ["has_ads_consent", "consent", false],
            ["has_profiling_consent", "consent", false],
        ]},
        "campaigns": {"is_required": false, "key": ["campaign_id"],
            "order": ["updated_at desc nulls last"], "is_strict": true, "columns": [
            ["campaign_id", "id", true], ["name", "text", false],
            ["channel", "text", false], ["objective", "text", false],
            ["started_at", "planned", false], ["ended_at", "planned end", false],
            ["click_window_days", "days", false],
            ["view_window_days", "days", false],
            ["target_category", "text", false], ["target_item_ids", "text", false],
            ["unit_margin_rate", "margin", false], ["currency", "currency", false],
            ["updated_at", "timestamp", false],
        ]},
        "campaign_spend": {"is_required": false,
            "key": ["campaign_id", "spend_date"],
            "order": [], "is_sum": true, "amount": "spend", "columns": [
            ["campaign_id", "id", true], ["spend_date", "date", true],
            ["spend", "amount", true], ["currency", "currency", false],
        ]},
        "campaign_assignments": {"is_required": false,
            "key": ["campaign_id", "user_id"],
            "order": ["assigned_at nulls last"], "columns": [
            ["campaign_id", "id", true], ["user_id", "id", true],
            ["variant", "id", true], ["assigned_at", "timestamp", false],
        ]},
        "campaign_touches": {"is_required": false, "key": ["touch_id"],
            "things": ["campaign_id", "user_id", "lower(touch_type)",
                "coalesce(item_id, '')"],
            "order": ["touched_at"], "amount": "cost", "columns": [
            ["touch_id", "key", false], ["campaign_id", "id", true],
            ["user_id", "id", true], ["variant", "id", false],
            ["channel", "text", false], ["touch_type", "text", true],
            ["touched_at", "timestamp", true], ["item_id", "id", false],
            ["position", "position", false], ["propensity", "chance", false],
            ["recommendation_id", "id", false], ["cost", "amount", false],
            ["currency", "currency", false],
        ]},
        "erasure_requests": {"is_required": false, "key": ["user_id"],
            "order": ["requested_at nulls last"], "columns": [
            ["user_id", "id", true], ["requested_at", "timestamp", false],
        ]},
    }) }}
{% endmacro %}


{# The names of an input's columns, as a select list. #}
{% macro input_columns(input_name) %}
    {{ return(precision_marketing.input_contract()[input_name]["columns"]
        | map("first") | join(", ")) }}
{% endmacro %}


{# The columns of the input that an expression names, as a list of texts. #}
{% macro columns_of_input(expression) %}
    {% set cases = [] %}
    {% for input_name in precision_marketing.input_contract() %}
        {% do cases.append("when '" ~ input_name ~ "' then string_split('"
            ~ precision_marketing.input_columns(input_name) ~ "', ', ')") %}
    {% endfor %}
    {{ return("case " ~ expression ~ " " ~ cases | join(" ") ~ " end") }}
{% endmacro %}
