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
        {% for window in ["train", "test"] %}
        cast(
            cast(case
                when is_learned and not is_small
                    then {{ window }}_margin_lower
                else {{ window }}_margin
            end as decimal(9, 4)) as {{ text }}
        ) as {{ window }}_text,
        {% endfor %}
        cast(cast(together_margin as decimal(9, 4)) as {{ text }}) as together_text,
        case
            when is_learned and not is_small
                then 'the lower end of the margin to '
            else 'the margin to '
        end || opponent as what_fails
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
                    'not published: on the later window '
                    || what_fails
                    || ', '
                    || test_text
                    || ', is not above 0'
            when not wins_on_train
                then
                    'not published: on users it has not seen'
                    || case
                        when wins_on_test then ' '
                        else ', and on the later window too, '
                    end
                    || what_fails
                    || ', '
                    || train_text
                    || ', is not above 0'
            else
                'not published: the margin to '
                || opponent
                || ', '
                || together_text
                || ', is within its standard error'
        end as reason
    from worded

)

select * from final
