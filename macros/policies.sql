{# Lengths of the lists of a ranking policy that `policy_value` judges, in items. #}
{% macro policy_cutoffs() %}{{ return([1, 3, 5, 10]) }}{% endmacro %}


{# Values of a policy that are sums of y divided by sums of x: [name, x, y]. #}
{% macro policy_ratios() %}
    {{ return([
        ["ips", "impression_count", "weighted_click_sum"],
        ["snips", "weight_sum", "weighted_click_sum"],
        ["gain", "impression_count", "gain_sum"],
    ]) }}
{% endmacro %}


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
        {% set g = "cast(coalesce(clicks." ~ column ~ "_sum, 0) - " ~ c
            ~ " as double)" %}
        count(nullif({{ n }}, 0)) as {{ column }}_user_count,
        sum({{ n }}) as {{ column }}_impression_count,
        coalesce(sum({{ c }}), 0) as {{ column }}_click_count,
        sum(users.{{ column }}_sum) as {{ column }}_weight_sum,
        coalesce(sum(clicks.{{ column }}_sum), 0) as {{ column }}_weighted_click_sum,
        cast(sum({{ n }} * {{ n }}) as double) as {{ column }}_nn,
        {% for name, x, y in [
            ("ww", w, w), ("nv", n, v), ("wv", w, v), ("vv", v, v), ("ng", n, g),
            ("gg", g, g),
        ] %}
        coalesce({{ precision_marketing.fine_exact_sum(x ~ " * " ~ y) }}, 0e0)
            as {{ column }}_{{ name }}{{ "," if not loop.last }}
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
    {% set letters = {"impression_count": "n", "weight_sum": "w",
        "weighted_click_sum": "v", "gain_sum": "g"} %}
    select
        sums.campaign_id,
        sums.variant,
        {{ policy }} as policy,
        cast({{ cutoff }} as integer) as cutoff,
        sums.{{ column }}_user_count as user_count,
        sums.{{ column }}_impression_count as impression_count,
        cast(sums.{{ column }}_click_count as bigint) as click_count,
        {% for name, x, y in precision_marketing.policy_ratios() %}
        sums.{{ column }}_{{ letters[x] * 2 }} as {{ name }}_xx,
        sums.{{ column }}_{{ letters[x] ~ letters[y] }} as {{ name }}_xy,
        sums.{{ column }}_{{ letters[y] * 2 }} as {{ name }}_yy,
        {% endfor %}
        {% set clicks, click = column ~ "_weighted_click_sum", column ~ "_click_count" %}
        cast(sums.{{ column }}_weight_sum as double) as weight_sum,
        sizes.{{ column }}_squared_sum as squared_weight_sum,
        cast(sums.{{ clicks }} as double) as weighted_click_sum,
        cast(sums.{{ clicks }} - sums.{{ click }} as double) as gain_sum,
        sizes.{{ column }}_largest as largest_weight
    from {{ sums }} as sums
    inner join {{ sizes }} as sizes
        on sums.campaign_id = sizes.campaign_id and sums.variant = sizes.variant
        and {{ policy }} = {{ policy | replace("sums", "sizes") }}
    where sums.{{ column }}_user_count > 0
{% endmacro %}
