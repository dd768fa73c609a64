"""Published results on the public sets: full ranking, history masked."""

from dataclasses import dataclass

_BARS = "BARS, candidate item matching, Yelp2018 (https://openbenchmark.github.io/BARS)"
_ULTRAGCN = "Mao et al., UltraGCN, CIKM 2021, its split of MovieLens-1M"
_BSPM = "Choi et al., Blurring-Sharpening Process Models, SIGIR 2023"
_ESASREC = (
    "Tikhonovich et al., eSASRec, RecSys 2025 (arXiv 2508.06450, released results):"
    " leave-one-out, full ranking, S3-Rec's data"
)


@dataclass(frozen=True)
class Published:
    """A published result.

    Parameters
    ----------
    data_set : str
        Name as in `benchmarks.sets.PUBLIC`.
    method : str
    values : dict of (str, int) to float
        By metric of `marts.recommender_quality` and k.
    source : str
        Who published it, and where.
    """

    data_set: str
    method: str
    values: dict[tuple[str, int], float]
    source: str


def _at_20(data_set: str, method: str, recall: float, ndcg: float, source: str):
    return Published(
        data_set, method, {("recall", 20): recall, ("ndcg", 20): ndcg}, source
    )


def _at_10(data_set: str, method: str, hit_rate: float, ndcg: float, source: str):
    return Published(
        data_set, method, {("hit_rate", 10): hit_rate, ("ndcg", 10): ndcg}, source
    )


PUBLISHED = (
    _at_20("yelp2018", "ItemCF", 0.0639, 0.0531, _BARS),
    _at_20("yelp2018", "SLIM", 0.0646, 0.0541, _BARS),
    _at_20("yelp2018", "EASE", 0.0657, 0.0552, _BARS),
    _at_20("yelp2018", "LightGCN", 0.0653, 0.0532, _BARS),
    _at_20("yelp2018", "UltraGCN", 0.0683, 0.0561, _BARS),
    _at_20("yelp2018", "GF-CF", 0.0697, 0.0571, _BARS),
    _at_20("yelp2018", "SimpleX", 0.0701, 0.0575, _BARS),
    _at_20("yelp2018", "BSPM-EM", 0.0720, 0.0593, _BSPM),
    _at_20("ml1m-ultragcn", "UltraGCN", 0.2787, 0.2642, _ULTRAGCN),
    _at_10("amazon-beauty", "HSTU", 0.0788, 0.0439, _ESASREC),
    _at_10("amazon-beauty", "FuXi-alpha", 0.0809, 0.0451, _ESASREC),
    _at_10("amazon-beauty", "eSASRec", 0.0928, 0.0523, _ESASREC),
    _at_10("amazon-beauty", "SASRec, sampled softmax", 0.0921, 0.0531, _ESASREC),
    _at_10("amazon-toys", "FuXi-alpha", 0.0765, 0.0437, _ESASREC),
    _at_10("amazon-toys", "HSTU", 0.0778, 0.0450, _ESASREC),
    _at_10("amazon-toys", "eSASRec", 0.0939, 0.0538, _ESASREC),
    _at_10("amazon-toys", "SASRec, sampled softmax", 0.0970, 0.0580, _ESASREC),
)


def published_for(data_set: str) -> list[Published]:
    """Return the published results of a set, in the order of the table above."""
    return [result for result in PUBLISHED if result.data_set == data_set]
