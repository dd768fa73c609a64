"""What one would write instead: candidates by `implicit`, ranked by LightGBM.

Two windows: on the history of `train` ALS and cosine are fitted, and a lambdarank
model learns from the labels after it; on the history of `test` both are fitted again,
and the model ranks the candidates of all users. pandas between. Users, items, history
and labels are given cleaned and numbered, work that the package's seconds contain and
these do not.
"""

import warnings
from pathlib import Path

import click
import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from benchmarks.options import FOLDER

CANDIDATES = 100
TOP = 10
FACTORS, SWEEPS, NEIGHBORS = 128, 15, 100
TREES = {"n_estimators": 200, "learning_rate": 0.05, "num_leaves": 31}
TRAINING_USERS = 20_000
USERS_PER_BLOCK = 10_000
KEYS = ["user_index", "item_index"]


class Window:
    """The models of one window's history, and the candidates they give.

    Parameters
    ----------
    history : pandas.DataFrame
        user_index, item_index, event_count, last_event_at, is_excluded.
    shape : tuple of int
        Users and items.
    eligible : array of bool, shape (n_items,)
    threads : int
    """

    def __init__(
        self,
        history: pd.DataFrame,
        shape: tuple[int, int],
        eligible: np.ndarray,
        threads: int,
    ) -> None:
        from implicit.als import AlternatingLeastSquares
        from implicit.nearest_neighbours import CosineRecommender

        weights = 1 + np.log(history["event_count"].to_numpy(np.float32))
        places = (history["user_index"], history["item_index"])
        self.weights = csr_matrix((weights, places), shape=shape, dtype=np.float32)
        self.barred = np.flatnonzero(~eligible)
        self.excluded = history.loc[history["is_excluded"], KEYS]
        self.hides_all = len(self.excluded) == len(history)
        ends = history["last_event_at"].max()
        age = (ends - history["last_event_at"]).dt.total_seconds() / 86400
        self.items = (
            pd.DataFrame({"item_index": history["item_index"], "age": age})
            .groupby("item_index")["age"]
            .agg(item_users="size", item_age="min")
        )
        self.users = (
            pd.DataFrame({"user_index": history["user_index"], "age": age})
            .groupby("user_index")["age"]
            .agg(user_items="size", user_age="min")
        )
        als = AlternatingLeastSquares(
            factors=FACTORS, iterations=SWEEPS, num_threads=threads, random_state=0
        )
        cosine = CosineRecommender(K=NEIGHBORS + 1, num_threads=threads)
        self.models = {"als": als, "cosine": cosine}
        for model in self.models.values():
            with warnings.catch_warnings():
                # It warns of a conversion of its own.
                warnings.simplefilter("ignore")
                model.fit(self.weights, show_progress=False)

    def candidates(self, users: np.ndarray) -> pd.DataFrame:
        """Return the candidates of users with their features."""
        found = None
        excluded = self.excluded[self.excluded["user_index"].isin(users)]
        # Where only a part of the history is left out, it is cut off the longer list.
        hidden = 0
        if not self.hides_all and len(excluded):
            hidden = int(excluded.groupby("user_index").size().max())
        for name, model in self.models.items():
            items, scores = model.recommend(
                users,
                self.weights[users],
                N=CANDIDATES + hidden,
                filter_already_liked_items=self.hides_all,
                filter_items=self.barred if self.barred.size else None,
            )
            ranked = pd.DataFrame(
                {
                    "user_index": np.repeat(users, items.shape[1]),
                    "item_index": items.ravel(),
                    f"{name}_score": scores.ravel(),
                    f"{name}_rank": np.tile(np.arange(items.shape[1]), users.size),
                }
            )
            # What is left out comes back at the end, with the lowest number there is.
            kept = ranked[f"{name}_score"] > np.finfo(np.float32).min
            ranked = ranked[kept & (ranked["item_index"] >= 0)]
            if hidden:
                ranked = ranked.merge(excluded.assign(is_hidden=True), "left", KEYS)
                ranked = ranked[ranked.pop("is_hidden").isna()]
            found = ranked if found is None else found.merge(ranked, "outer", KEYS)
        return found.join(self.items, on="item_index").join(self.users, on="user_index")


def rank(folder: Path, threads: int) -> pd.DataFrame:
    """Return the ten best items of every user of `test`: user_index, item_index, rank.

    Parameters
    ----------
    folder : Path
        history.parquet, labels.parquet and items.parquet of `tables.export_windows`.
    threads : int

    Raises
    ------
    ImportError
        If `implicit` or `lightgbm` is not installed.
    """
    import lightgbm

    tables = {
        name: pd.read_parquet(folder / f"{name}.parquet")
        for name in ("history", "labels", "items")
    }
    history, labels, items = tables["history"], tables["labels"], tables["items"]
    shape = (int(history["user_index"].max()) + 1, int(items["item_index"].max()) + 1)

    def window(name: str) -> Window:
        eligible = np.zeros(shape[1], dtype=bool)
        rows = items[(items["time_window"] == name) & items["is_eligible"]]
        eligible[rows["item_index"]] = True
        return Window(history[history["time_window"] == name], shape, eligible, threads)

    train = window("train")
    wanted = labels[labels["time_window"] == "train"][KEYS]
    known = np.intersect1d(wanted["user_index"].unique(), train.users.index)
    asked = np.random.default_rng(0).permutation(known)[:TRAINING_USERS]
    rows = train.candidates(np.sort(asked)).merge(
        wanted.assign(label=1), "left", KEYS, copy=False
    )
    rows["label"] = rows["label"].fillna(0).astype(int)
    rows = rows[rows.groupby("user_index")["label"].transform("max") == 1]
    rows = rows.sort_values(KEYS)
    features = [name for name in rows.columns if name not in (*KEYS, "label")]
    model = lightgbm.LGBMRanker(
        objective="lambdarank", n_jobs=threads, random_state=0, verbosity=-1, **TREES
    )
    groups = rows.groupby("user_index", sort=True).size()
    model.fit(rows[features], rows["label"], group=groups)
    del train, rows

    test = window("test")
    users = test.users.index.to_numpy()
    parts = []
    for start in range(0, users.size, USERS_PER_BLOCK):
        found = test.candidates(users[start : start + USERS_PER_BLOCK])
        found["score"] = model.predict(found[features], num_threads=threads)
        found = found.sort_values(["user_index", "score"], ascending=[True, False])
        found["rank"] = found.groupby("user_index").cumcount() + 1
        parts.append(found.loc[found["rank"] <= TOP, [*KEYS, "rank"]])
    return pd.concat(parts)


@click.command(help=__doc__)
@click.option("--windows", type=FOLDER, required=True)
@click.option("--threads", type=click.IntRange(min=1), default=2, show_default=True)
def main(windows: Path, threads: int) -> None:
    """Write ranking.parquet beside the windows."""
    # implicit's own threads are slowed down by those of the linear algebra.
    with threadpool_limits(limits=1, user_api="blas"):
        rank(windows, threads).to_parquet(windows / "ranking.parquet", index=False)


if __name__ == "__main__":
    main()
