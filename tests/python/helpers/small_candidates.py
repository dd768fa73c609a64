"""Ninety users with six candidates each, and settings that train on them in no time."""

SETTINGS = {
    "maximum_epochs": 3,
    "batch_size": 64,
    "seeds": 2,
    "candidates": 100,
    "maximum_training_rows": 10_000,
}
PENALTY = {"penalty": 1.0}


def small_candidates(features: str) -> str:
    """Return the query of the candidates; item user % 6 is the label of each user.

    Parameters
    ----------
    features : str
        Select items of user_index and item_index, named `feature_...`.
    """
    return f"""
        select
            time_window, user_index, item_index,
            item_index = user_index % 6 as is_label,
            user_index % 2 as training_half,
            case when user_index % 5 = 1 then 'stopping' else 'training'
            end as training_role,
            {features}
        from (values ('train'), ('test'), ('serve')) as windows(time_window),
            range(90) as users(user_index), range(6) as items(item_index)
    """
