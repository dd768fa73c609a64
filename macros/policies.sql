{# Lengths of the lists of a ranking policy that `policy_value` judges, in items. #}
{% macro policy_cutoffs() %}{{ return([1, 3, 5, 10]) }}{% endmacro %}


{# Products that are added up over users, of n impressions, w weights, v weights clicked
   and c clicks of a user: all that the errors of the values are made of. #}
{% macro policy_products() %}
    {{ return(["nn", "nw", "ww", "nv", "wv", "vv", "cn", "cw", "cv", "cc"]) }}
{% endmacro %}


{# The standard error of each value of a policy, by the delta method clustered by user. #}
{% macro policy_errors() %}
    {% set errors = {} %}
    {% for name, x, y, n, v in [
        ("ips", "impression_count", "weighted_click_sum", "n", "v"),
        ("snips", "weight_sum", "weighted_click_sum", "w", "v"),
        ("mean_weight", "impression_count", "weight_sum", "n", "w"),
    ] %}
        {% do errors.update({name: precision_marketing.ratio_standard_error(
            "user_count", x, y, n ~ n, n ~ v, v ~ v)}) %}
    {% endfor %}
    {{ return(dict(errors, gain=precision_marketing.policy_gain_error())) }}
{% endmacro %}

{# Of SNIPS less the logged share of clicks, V / W - C / N: of the sum over users of
   (v - S w) / W - (c - L n) / N. What rounding leaves where both are the same is 0. #}
{% macro policy_gain_error() %}
    {%- set of_snips = "(vv - 2e0 * snips_value * wv + snips_value * snips_value * ww)"
        ~ " / nullif(weight_sum * weight_sum, 0e0)" -%}
    {%- set of_log = "(cc - 2e0 * logged_value * cn + logged_value * logged_value * nn)"
        ~ " / (1e0 * impression_count * impression_count)" -%}
    {%- set of_both = "(cv - logged_value * nv - snips_value * cw + snips_value"
        ~ " * logged_value * nw) / nullif(weight_sum * impression_count, 0e0)" -%}
    {%- set squares = of_snips ~ " + " ~ of_log ~ " - 2e0 * " ~ of_both -%}
    sqrt(
        case
            when {{ squares }} <= 1e-12 * ({{ of_snips }} + {{ of_log }}) then 0e0
            else {{ squares }}
        end * user_count / nullif(user_count - 1, 0)
    )
{%- endmacro %}


{# Policies that every impression of any campaign may be judged by: [column in
   `int_policy_chances`, policy, cutoff or null]. #}
{% macro judged_policies() %}
    {% set policies = [["logged", "logged", "null"], ["uniform", "uniform", "null"]] %}
    {% for ranking in ["popularity", "recommendations"] %}
        {% for cutoff in precision_marketing.policy_cutoffs() %}
            {% do policies.append([ranking ~ "_" ~ cutoff, ranking, cutoff]) %}
        {% endfor %}
    {% endfor %}
    {{ return(policies) }}
{% endmacro %}


{# A SELECT of each user's sums over the columns `keys` of the columns `weights`, a list
   of [column, policy, cutoff]: null where an impression is not judged by the policy. #}
{% macro policy_user_sums(relation, weights, keys) %}
    select
        {{ keys | join(", ") }},
        user_id,
        {% for policy, columns in weights | groupby(1) %}
        count({{ columns[0][0] }}) as {{ policy }}_count,
        {% endfor %}
        {% for column, policy, _ in weights %}
        sum({{ precision_marketing.fine_decimal(column) }}) as {{ column }}_sum{{ ","
            if not loop.last }}
        {% endfor %}
    from {{ relation }}
    group by {{ keys | join(", ") }}, user_id
{% endmacro %}


{# A SELECT that adds up such users, and such sums of the impressions they clicked, with
   squares and products. Most users clicked nothing and have no products with clicks. #}
{% macro policy_sums(users, clicks, weights, keys) %}
    select
        users.{{ keys | join(", users.") }},
        {% for column, policy, _ in weights %}
        {% set n, c = "users." ~ policy ~ "_count", "clicks." ~ policy ~ "_count" %}
        {% set w = "cast(users." ~ column ~ "_sum as double)" %}
        {% set v = "cast(clicks." ~ column ~ "_sum as double)" %}
        count(nullif({{ n }}, 0)) as {{ column }}_user_count,
        sum({{ n }}) as {{ column }}_impression_count,
        coalesce(sum({{ c }}), 0) as {{ column }}_click_count,
        sum(users.{{ column }}_sum) as {{ column }}_weight_sum,
        coalesce(sum(clicks.{{ column }}_sum), 0) as {{ column }}_weighted_click_sum,
        {% set factors = {"n": n, "c": c, "w": w, "v": v} %}
        {% for product in precision_marketing.policy_products() %}
        coalesce({{ precision_marketing.fine_exact_sum(
            factors[product[0]] ~ " * " ~ factors[product[1]]
        ) }}, 0e0) as {{ column }}_{{ product }}{{ "," if not loop.last }}
        {% endfor %}{{ "," if not loop.last }}
        {% endfor %}
    from {{ users }} as users
    left join {{ clicks }} as clicks
        on {% for key in keys + ["user_id"] %}
        users.{{ key }} = clicks.{{ key }}{{ " and " if not loop.last }}
        {% endfor %}
    group by users.{{ keys | join(", users.") }}
{% endmacro %}


{# A SELECT of the squares of the weights, added up, and of the largest. #}
{% macro policy_sizes(relation, weights, keys) %}
    select
        {{ keys | join(", ") }},
        {% for column, policy, _ in weights %}
        {{ precision_marketing.fine_exact_sum(column ~ " * " ~ column) }}
            as {{ column }}_squared_sum,
        max({{ column }}) as {{ column }}_largest{{ "," if not loop.last }}
        {% endfor %}
    from {{ relation }}
    group by {{ keys | join(", ") }}
{% endmacro %}


{# A SELECT of one policy's row for each campaign and variant from `policy_sums` and
   `policy_sizes`; `policy` is a text or a column of theirs. #}
{% macro policy_row(sums, sizes, column, policy, cutoff) %}
    select
        sums.campaign_id,
        sums.variant,
        {{ policy }} as policy,
        cast({{ cutoff }} as integer) as cutoff,
        sums.{{ column }}_user_count as user_count,
        sums.{{ column }}_impression_count as impression_count,
        cast(sums.{{ column }}_click_count as bigint) as click_count,
        {% for product in precision_marketing.policy_products() %}
        sums.{{ column }}_{{ product }} as {{ product }},
        {% endfor %}
        cast(sums.{{ column }}_weight_sum as double) as weight_sum,
        sizes.{{ column }}_squared_sum as squared_weight_sum,
        cast(sums.{{ column }}_weighted_click_sum as double) as weighted_click_sum,
        sizes.{{ column }}_largest as largest_weight
    from {{ sums }} as sums
    inner join {{ sizes }} as sizes
        on sums.campaign_id = sizes.campaign_id and sums.variant = sizes.variant
        and {{ policy }} = {{ policy | replace("sums", "sizes") }}
    where sums.{{ column }}_user_count > 0
{% endmacro %}
