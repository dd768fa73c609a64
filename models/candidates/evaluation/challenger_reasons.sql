-- Grain: one row per ranking: in a sentence why it is or is not published.
{% set text = precision_marketing.kind_type("text") %}
with

challenger_tests as (

    select *
    from {{ ref("precision_marketing", "challenger_tests") }}
    where choice = 'all'

),

worded as (

    select
        *,
        max(case when is_published then scorer end) over () as published_scorer,
        cast(
            {{ precision_marketing.decimal_of(
                "case when is_learned and not is_small then train_margin_lower"
                ~ " else train_margin end", "decimal(9, 4)"
            ) }} as {{ text }}
        ) as train_text,
        {% for window in ["test", "together"] %}
        cast({{ precision_marketing.decimal_of(
            window ~ "_margin", "decimal(9, 4)"
        ) }} as {{ text }}) as {{ window }}_text,
        {% endfor %}
        case
            when is_learned and not is_small
                then 'the lower end of the margin to '
            else 'the margin to '
        end || opponent as what_fails_on_train
    from challenger_tests

),

final as (

    select
        scorer,
        case
            when not has_enough_users
                then
                    case when is_published then 'published: ' else 'not published: ' end
                    || cast(together_user_count as {{ text }})
                    || ' users with labels are fewer than 50'
                    || case
                        when is_published then ', so that the blend is taken'
                        else ''
                    end
            when is_published and scorer = 'blend'
                then 'published: no other ranking wins against it'
            when is_published
                then
                    'published: ahead of '
                    || opponent
                    || ' on users it has not seen and on the later window'
            when scorer = 'blend' or wins
                then 'not published: ' || published_scorer || ' is better'
            when test_margin is null
                then 'not published: it ranks nobody in the later window'
            when wins_on_train and not wins_on_test
                then
                    'not published: on the later window the margin to '
                    || opponent
                    || ', '
                    || test_text
                    || ', is not above 0'
            when not wins_on_train
                then
                    'not published: on users it has not seen'
                    || ' '
                    || what_fails_on_train
                    || ', '
                    || train_text
                    || ', is not above 0'
                    || case
                        when wins_on_test then ''
                        else ', and on the later window the margin is not either'
                    end
            else
                'not published: the margin to '
                || opponent
                || ', '
                || together_text
                || case
                    when is_small then ', is within its standard error'
                    else ' in both windows together, is within its 95 % interval'
                end
        end as reason
    from worded

)

select * from final
