-- Grain: one row per time window, user and brand: its share of the user's history.
{{ precision_marketing.affinity("brand") }}
