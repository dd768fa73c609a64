"""Claims about the shop: tastes that can be learned, habits, seasons, odd rows."""

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer


def matrices(kept):
    """User x item weights of the first five months, and what June's users bought."""
    events = kept["events"]
    events = events[events["item_id"].isin(kept["items"]["item_id"])]
    shape = (900, 200)
    index = [events[c].str[1:].astype(int).to_numpy() for c in ("user_id", "item_id")]
    june = (events["occurred_at"] >= "2025-06-01").to_numpy()
    bought = (events["event_type"] == "purchase").to_numpy()
    weight = events["event_type"].map(
        {"view": 1, "cart": 3, "purchase": 5, "rating": 4, "refund": 0}
    )
    history, before, later = (np.zeros(shape) for _ in range(3))
    past = [i[~june] for i in index]
    np.add.at(history, tuple(past), weight.to_numpy()[~june])
    before[tuple(i[~june & bought] for i in index)] = 1
    later[tuple(i[june & bought] for i in index)] = 1
    return np.log1p(history), before, later


def recall_at_10(scores, wanted):
    asked = wanted.any(axis=1)
    top = np.argsort(-scores[asked], axis=1, kind="stable")[:, :10]
    hits = np.take_along_axis(wanted[asked], top, axis=1).sum(axis=1)
    return (hits / wanted[asked].sum(axis=1)).mean()


@pytest.mark.parametrize("target", ["any", "new"])
def test_tastes_can_be_learned_from_events_and_from_texts(target, kept):
    history, before, later = matrices(kept)
    bought = before.astype(bool)
    wanted = later * ~bought if target == "new" else later
    unit = history / np.maximum(np.linalg.norm(history, axis=0), 1e-9)
    items = kept["items"].sort_values("item_id")
    texts = TfidfVectorizer(stop_words="english").fit_transform(
        items["title"] + " " + items["description"] + " " + items["tags"]
    )
    alike = {"cosine": unit.T @ unit, "text": (texts @ texts.T).toarray()}
    masked = np.where(bought & (target == "new"), -1.0, 0.0) * 1e9
    popular = recall_at_10(np.tile(history.sum(axis=0), (900, 1)) + masked, wanted)
    for name, similarity in alike.items():
        np.fill_diagonal(similarity, 0)
        learned = recall_at_10(history @ similarity + masked, wanted)
        assert learned > 1.3 * popular, (name, learned, popular)


def test_consumables_are_bought_again_at_their_own_interval(large):
    days = large.truth["parameters"]["item_repeat_interval_days"]
    events = large.tables["events"].drop_duplicates("event_id")
    lines = events[(events["event_type"] == "purchase") & events["item_id"].isin(days)]
    at = pd.to_datetime(lines["occurred_at"], errors="coerce", utc=True)
    lines = lines.assign(at=at)[at < "2026"].sort_values("at")
    gap = lines.groupby(["user_id", "item_id"])["at"].diff().dt.total_seconds() / 86_400
    ratio = (gap / lines["item_id"].map(days)).dropna()
    assert 0.9 < ratio.median() < 1.1
    assert ratio.between(0.8, 1.2).mean() > 0.7


def test_weekends_are_busier_and_nothing_is_seen_before_it_is_published(kept):
    events = kept["events"]
    at = pd.to_datetime(events["occurred_at"])
    days = at.dt.date.drop_duplicates()
    weekend_days = (pd.to_datetime(days).dt.day_of_week >= 5).mean()
    assert (at.dt.day_of_week >= 5).mean() > 1.1 * weekend_days
    published = kept["items"].set_index("item_id")["published_at"]
    events = events[events["item_id"].isin(published.index)]
    assert (events["occurred_at"] >= published.loc[events["item_id"]].to_numpy()).all()
    assert (published > "2025-02-01").sum() >= 5


def test_the_shop_has_awkward_titles_unavailable_items_and_users_who_never_buy(kept):
    titles = " ".join(kept["items"]["title"])
    assert all(mark in titles for mark in ('"', "🎉", "茶", "'", "é"))
    assert 5 <= (kept["items"]["is_available"] == "false").sum() <= 30
    events = kept["events"]
    buyers = set(events.loc[events["event_type"] == "purchase", "user_id"])
    assert len(set(kept["users"]["user_id"]) - buyers) > 50
    for consent in ("has_email_consent", "has_ads_consent", "has_profiling_consent"):
        assert set(kept["users"][consent]) == {"true", "false", None}
    baskets = events[events["order_id"].notna()]["order_id"].value_counts()
    assert baskets.max() > 2
