-- Grain: one row per ranking: whom it had to beat, and why it is or is not published.
{% set text = precision_marketing.kind_type("text") %}
with

published_ranking as (

    select * from {{ ref("precision_marketing", "published_ranking") }}

),

-- Of a learned ranking what stood when its turn came, of a simpler one the blend.
faced as (

    select
        gate_wins.*,
        gate_wins.scorer = published_ranking.best_simpler_ranking
            as is_best_simpler_ranking,
        gate_wins.scorer = published_ranking.scorer as is_published,
        published_ranking.scorer as published,
        {% for name in ["train_margin", "test_margin", "together_margin"] %}
        cast(
            cast(case
                when gate_wins.is_learned and not gate_wins.is_small
                    then gate_wins.{{ name }}_lower
                else gate_wins.{{ name }}
            end as decimal(9, 4)) as {{ text }}
        ) as {{ name }}_text,
        {% endfor %}
        case
            when gate_wins.is_learned and not gate_wins.is_small
                then 'the lower end of the margin to ' || gate_wins.opponent
            else 'the margin to ' || gate_wins.opponent
        end as what_fails
    from {{ ref("precision_marketing", "gate_wins") }} as gate_wins
    cross join published_ranking
    left join {{ ref("precision_marketing", "gate_steps") }} as steps
        on gate_wins.choice = steps.choice
        and gate_wins.scorer = steps.scorer
        and steps.step > 0
    where gate_wins.choice = 'all'
        and gate_wins.opponent = coalesce(steps.opponent, 'blend')

),

final as (

    select
        *,
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
                then 'not published: ' || published || ' is better'
            when test_margin is null
                then 'not published: it ranks nobody in the later window'
            when wins_on_train and not wins_on_test
                then
                    'not published: on the later window '
                    || what_fails
                    || ', '
                    || test_margin_text
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
                    || train_margin_text
                    || ', is not above 0'
            else
                'not published: the margin to '
                || opponent
                || ', '
                || together_margin_text
                || ', is within its standard error'
        end as reason
    from faced

)

select * from final
