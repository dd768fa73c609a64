-- What is published, by what margin, and why not the others.
select
    scorer, gate_user_count, ndcg_at_10, margin, margin_lower, margin_upper, is_best_simpler,
    is_published, reason
from marts.ranking_choice
order by is_published desc, ndcg_at_10 desc, scorer
