-- What is published, by what margin on two windows, and why not the others.
select
    scorer, opponent, train_user_count, train_margin, train_margin_lower, train_margin_upper,
    test_user_count, test_ndcg_at_10, test_margin, test_margin_lower, test_margin_upper,
    test_ndcg_at_10_chosen_elsewhere, is_best_simpler, is_published, reason
from marts.ranking_choice
order by is_published desc, test_ndcg_at_10 desc nulls last, scorer
