-- Grain: one row per time window, user and category: its share of the user's history.
{{ precision_marketing.affinity("category") }}
