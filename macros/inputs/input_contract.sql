{# Every input with its key and columns: [name, kind, is_required]. Kinds: text,
   timestamp, date, number, integer, amount (money), boolean, array, key (text; where it
   is absent the row's own hash stands in). The only place that knows. #}
{% macro input_contract() %}
    {{ return({
        "events": {"is_required": true, "key": ["event_id"],
            "things": ["user_id", "item_id", "lower(event_type)"],
            "order": ["occurred_at"], "columns": [
            ["event_id", "key", false], ["user_id", "text", true],
            ["item_id", "text", true], ["event_type", "text", true],
            ["occurred_at", "timestamp", true], ["quantity", "number", false],
            ["unit_price", "number", false], ["rating", "number", false],
            ["review_text", "text", false], ["session_id", "text", false],
            ["order_id", "text", false], ["recommendation_id", "text", false],
        ]},
        "items": {"is_required": true, "key": ["item_id"],
            "order": ["updated_at desc nulls last", "published_at desc nulls last",
                "coalesce(is_available, true)"], "columns": [
            ["item_id", "text", true], ["title", "text", false],
            ["description", "text", false], ["category", "text", false],
            ["brand", "text", false], ["price", "number", false],
            ["tags", "text", false], ["is_available", "boolean", false],
            ["published_at", "timestamp", false], ["embedding", "array", false],
            ["updated_at", "timestamp", false],
        ]},
        "users": {"is_required": false, "key": ["user_id"],
            "order": ["signed_up_at desc nulls last"], "columns": [
            ["user_id", "text", true], ["signed_up_at", "timestamp", false],
            ["country", "text", false], ["attributes", "text", false],
            ["has_email_consent", "boolean", false],
            ["has_ads_consent", "boolean", false],
            ["has_profiling_consent", "boolean", false],
        ]},
        "campaigns": {"is_required": false, "key": ["campaign_id"],
            "order": ["updated_at desc nulls last"], "is_strict": true, "columns": [
            ["campaign_id", "text", true], ["name", "text", false],
            ["channel", "text", false], ["objective", "text", false],
            ["started_at", "timestamp", false], ["ended_at", "timestamp", false],
            ["click_window_days", "integer", false],
            ["view_window_days", "integer", false],
            ["target_category", "text", false], ["target_item_ids", "text", false],
            ["unit_margin_rate", "number", false], ["currency", "text", false],
            ["updated_at", "timestamp", false],
        ]},
        "campaign_spend": {"is_required": false,
            "key": ["campaign_id", "spend_date"],
            "order": [], "is_sum": true, "columns": [
            ["campaign_id", "text", true], ["spend_date", "date", true],
            ["spend", "amount", true],
        ]},
        "campaign_assignments": {"is_required": false,
            "key": ["campaign_id", "user_id"],
            "order": ["assigned_at nulls last"], "columns": [
            ["campaign_id", "text", true], ["user_id", "text", true],
            ["variant", "text", true], ["assigned_at", "timestamp", false],
        ]},
        "campaign_touches": {"is_required": false, "key": ["touch_id"],
            "things": ["campaign_id", "user_id", "lower(touch_type)",
                "coalesce(item_id, '')"],
            "order": ["touched_at"], "columns": [
            ["touch_id", "key", false], ["campaign_id", "text", true],
            ["user_id", "text", true], ["variant", "text", false],
            ["channel", "text", false], ["touch_type", "text", true],
            ["touched_at", "timestamp", true], ["item_id", "text", false],
            ["position", "integer", false], ["propensity", "number", false],
            ["recommendation_id", "text", false], ["cost", "amount", false],
        ]},
        "erasure_requests": {"is_required": false, "key": ["user_id"],
            "order": ["requested_at nulls last"], "columns": [
            ["user_id", "text", true], ["requested_at", "timestamp", false],
        ]},
    }) }}
{% endmacro %}


{# The names of an input's columns, as a select list. #}
{% macro input_columns(input_name) %}
    {{ return(precision_marketing.input_contract()[input_name]["columns"]
        | map("first") | join(", ")) }}
{% endmacro %}
