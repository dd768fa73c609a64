{# The checks that need no more than the numbers of rows, now and in the last build:
   name, and as expressions over an input what is measured, whether there is enough to
   judge by, and the finding in words. #}
{% macro row_findings() %}
    {% set minimum = precision_marketing.setting("health", "minimum_rows") %}
    {% set enough = "rows_given >= " ~ minimum %}
    {% set none_kept = "case when rows_kept = 0 then 1e0 else 0e0 end" %}
    {% set before = "'`' || input_name || '` has ' || rows_given || ' rows, and had '"
        ~ " || rows_before || ' in the last build'" %}
    {% set kept = "'none of ' || rows_given || ' rows of `' || input_name"
        ~ " || '` is kept' || coalesce(', most often rejected as `'"
        ~ " || main_rejection_reason || '`', '')" %}
    {{ return([
        ["rows_rejected", "1e0 * rows_rejected / nullif(rows_given, 0)", enough,
         "rows_rejected || ' of ' || rows_given || ' rows of `' || input_name"
         ~ " || '` are rejected, most often as `' || main_rejection_reason || '`'"],
        ["few_rows_rejected", "1e0 * rows_rejected / nullif(rows_given, 0)",
         "rows_given < " ~ minimum,
         "rows_rejected || ' of only ' || rows_given || ' rows of `' || input_name"
         ~ " || '` are rejected, most often as `' || main_rejection_reason || '`'"],
        ["rows_duplicate", "1e0 * rows_duplicate / nullif(rows_given, 0)", enough,
         "rows_duplicate || ' of ' || rows_given || ' rows of `' || input_name"
         ~ " || '` are duplicates'"],
        ["rows_fell",
         "1e0 * greatest(rows_before - rows_given, 0) / nullif(rows_before, 0)",
         "rows_before >= " ~ minimum ~ " and rows_given > 0", before],
        ["input_vanished", "case when rows_given = 0 then 1e0 else 0e0 end",
         "rows_before > 0", before],
        ["input_empty", none_kept, "is_required", kept],
        ["optional_input_empty", none_kept, "not is_required and rows_given > 0", kept],
    ] + precision_marketing.value_findings(enough)) }}
{% endmacro %}


{% macro value_findings(enough) %}
    {#- Who has them dropped knows of them. #}
    {% set are_kept = "false"
        if precision_marketing.setting("input_checks", "drop_refired_orders")
        else "true" %}
    {{ return([
        ["keys_in_conflict", "1e0 * key_conflicts / nullif(rows_kept, 0)", enough,
         "case when input_name = 'campaign_assignments' then key_conflicts || ' users"
         ~ " of `campaign_assignments` were drawn twice: who was for several arms of a"
         ~ " campaign is in none of them, and counted in"
         ~ " `campaigns.several_arms_user_count`' else 'the rows of ' || key_conflicts"
         ~ " || ' keys of `' || input_name || '` contradict each other' end"],
        ["values_missing", "1e0 * rows_with_gaps / nullif(rows_kept, 0)", enough,
         "rows_with_gaps || ' of ' || rows_kept || ' kept rows of `' || input_name"
         ~ " || '` have a value that cannot be read or believed'"],
        ["decimals_unclear", "1e0 * rows_of_unclear_decimals", "true",
         "rows_of_unclear_decimals || ' rows of `' || input_name || '` have a number"
         ~ " like 9.999, which may be thousands (marts.value_gaps has the columns)'"],
        ["items_unknown", "1e0 * rows_of_unknown_items / nullif(rows_kept, 0)", enough,
         "rows_of_unknown_items || ' of ' || rows_kept || ' kept rows of `'"
         ~ " || input_name || '` have an item that `items` lacks'"],
        ["orders_refired", "1e0 * rows_refired", are_kept,
         "rows_refired || ' lines of orders in `' || input_name || '` were sent again"
         ~ " later under another id'"]
    ]) }}
{% endmacro %}


{# What inputs name and others do not: of users no id, but what ids look like. #}
{% macro unmatched_findings() %}
    select
        'users_unmatched' as check_name,
        input_name,
        unmatched_share as measured,
        user_count >= {{ precision_marketing.setting("health", "minimum_rows") }}
            as is_judged,
        unmatched_user_count || ' of ' || user_count || ' users of `' || input_name
        || '` have no event; ids are written like `' || user_id_shape
        || '`, those of events like `' || coalesce(event_user_id_shape, '') || '`'
            as finding
    from {{ ref("precision_marketing", "stg_unmatched_users") }}
    union all
    {{ precision_marketing.zeros_findings() }}
    union all
    select * from {{ ref("precision_marketing", "stg_match_facts") }}
    union all
    {{ precision_marketing.name_findings() }}
{%- endmacro %}


{# Names that a setting gives and the input does not have, one of them in words. #}
{% macro name_findings() %}
    select
        'settings_misspelled' as check_name,
        input_name,
        1e0 * count(*) as measured,
        true as is_judged,
        'no row of `' || input_name || '` has the ' || min(named) || case
            when count(*) > 1 then ' (and ' || (count(*) - 1) || ' names more)' else ''
        end as finding
    from (
        select
            input_name,
            column_name || ' `' || given_name || '` that the setting `' || setting_name
            || '` names' as named
        from {{ ref("precision_marketing", "stg_unknown_names") }}
    ) as unknown
    group by input_name
{%- endmacro %}


{# Of requests for erasure no id is known, but what they look like. #}
{% macro zeros_findings() %}
    select
        'zeros_lost' as check_name,
        input_name,
        1e0 * count(*) as measured,
        true as is_judged,
        count(*) || ' ids of `' || input_name || '` are written like `'
        || min(named_shape) || '`, and in `' || min(known_input)
        || '` with other zeros in front, like `' || min(known_shape) || '`' as finding
    from (
        select
            input_name,
            known_input,
            {{ precision_marketing.id_shape("named_id") }} as named_shape,
            {{ precision_marketing.id_shape("known_id") }} as known_shape
        from {{ ref("precision_marketing", "stg_zeros_lost") }}
        union all
        select
            'erasure_requests' as input_name,
            'events' as known_input,
            user_id_shape as named_shape,
            known_user_id_shape as known_shape
        from {{ ref("precision_marketing", "stg_zeros_lost_of_requests") }}
    ) as lost
    group by input_name
{%- endmacro %}


{# Amounts whose sum is more than tables hold, and bills that are equal. #}
{% macro amount_findings() %}
    {% for input_name, amount in [
        ("events", "coalesce(abs(quantity), 1e0) * abs(unit_price)"),
        ("campaign_spend", "spend"), ("campaign_touches", "cost"),
    ] %}
    select
        'amounts_too_large' as check_name,
        '{{ input_name }}' as input_name,
        -- Of decimals, whose sum does not hang on the order of rows.
        1e0 * coalesce(sum(cast({{ amount }} as decimal(38, 4))), 0) as measured,
        true as is_judged,
        'amounts of `{{ input_name }}` add up to more than tables hold' as finding
    from {{ ref("precision_marketing", "stg_" ~ input_name ~ "_checked") }}
    where row_status in ('kept', 'merged')
    union all
    {% endfor %}
    select
        'bills_alike' as check_name,
        'campaign_spend' as input_name,
        1e0 * count(*) as measured,
        true as is_judged,
        count(*) || ' rows of spend are equal to another of their day and added to it,'
        || ' since the campaign has days with different bills' as finding
    from {{ ref("precision_marketing", "stg_campaign_spend_checked") }}
    where
        row_status in ('kept', 'merged')
        and whole_row_hash like '%#%'
        and whole_row_hash not like '%#1'
{%- endmacro %}


{# Amounts of several currencies: those that are added up, and those that stand beside
   each other; of inputs that name any. Which they are is in `stg_input_currencies`:
   cells are not printed. #}
{% macro currency_findings() %}
    {% set currencies = ref("precision_marketing", "stg_input_currencies") %}
    {% set count = "count(distinct currency)" %}
    {% for check_name, input_name, inputs, finding in [
        ("currencies_mixed", "events", ["events"],
         "' currencies are added up in the revenue of `events`'"),
        ("currencies_differ", "items", ["items"],
         "' currencies are compared in the prices of `items`'"),
        ("currencies_differ", "campaigns",
         ["events", "campaigns", "campaign_spend", "campaign_touches"],
         "' currencies are those of campaigns, what they cost and what was sold'"),
    ] %}
    select
        '{{ check_name }}' as check_name,
        '{{ input_name }}' as input_name,
        1e0 * {{ count }} as measured,
        count(case when input_name <> 'events' then 1 end) > 0
            or '{{ input_name }}' = 'events' as is_judged,
        {{ count }} || {{ finding }} as finding
    from {{ currencies }}
    where input_name in ({{ precision_marketing.text_list(inputs) }})
    having count(*) > 0
    union all
    {% endfor %}
    {{ precision_marketing.cost_currency_findings(currencies) }}
{%- endmacro %}


{# What a campaign costs is added up, and is in the campaign's own currency. #}
{% macro cost_currency_findings(currencies) %}
    {% for input_name in ["campaign_spend", "campaign_touches"] %}
    select
        'currencies_mixed' as check_name,
        '{{ input_name }}' as input_name,
        1e0 * max(currency_count) as measured,
        true as is_judged,
        max(currency_count) || ' currencies are added up in `{{ input_name }}` of a'
        || ' campaign, or differ from its own' as finding
    from (
        select count(distinct currency) as currency_count
        from {{ currencies }}
        where input_name in ('campaigns', '{{ input_name }}')
        group by campaign_id
        having max(case when input_name = '{{ input_name }}' then 1 else 0 end) = 1
    ) as campaigns
    having count(*) > 0
    {{ "union all" if not loop.last }}
    {% endfor %}
{%- endmacro %}


{# Requests of erasure that name somebody, and cannot be read: of a line that cannot be
   split nobody knows whom. A row without any id names nobody. #}
{% macro request_findings() %}
    select
        'erasure_requests_rejected' as check_name,
        'erasure_requests' as input_name,
        1e0 * count(*) as measured,
        true as is_judged,
        count(*) || ' rows of `erasure_requests` are rejected: who asked there is not'
        || ' forgotten' as finding
    from (
        select rejection_reason
        from {{ ref("precision_marketing", "stg_erasure_requests_checked") }}
        where
            row_status = 'rejected'
            and {{ precision_marketing.matches(
                "row_content", '"user_id":"[^"]*[^" ]') }}
        union all
        select rejection_reason
        from {{ ref("precision_marketing", "stg_broken_records") }}
        where input_name = 'erasure_requests'
    ) as rejected
{%- endmacro %}


{# Lines of users of whom nobody knows who they are: `int_users` takes all of whom no
   sound row says yes for one of them. #}
{% macro consent_findings() %}
    select
        'consents_unreadable' as check_name,
        'users' as input_name,
        1e0 * count(*) as measured,
        true as is_judged,
        count(*) || ' lines of `users` cannot be split, and who refuses in them is'
        || ' unknown: whoever says yes in no other row counts as refusing' as finding
    from {{ ref("precision_marketing", "stg_broken_records") }}
    where input_name = 'users'
{%- endmacro %}


{# Whether the check of an input is among the names in `health.accept`. #}
{% macro is_accepted() %}
    {% set literals = [] %}
    {% for name in precision_marketing.setting("health", "accept") %}
        {% do literals.append(precision_marketing.text_literal(name)) %}
    {% endfor %}
    {% set listed = " in (" ~ literals | join(", ") ~ ")" %}
    {{ return(
        "(findings.check_name" ~ listed
        ~ " or findings.check_name || '.' || findings.input_name" ~ listed ~ ")"
        if literals else "false"
    ) }}
{% endmacro %}
