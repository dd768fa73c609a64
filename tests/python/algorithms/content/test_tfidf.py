import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics.pairwise import cosine_similarity

from precision_marketing.algorithms.collaborative.neighbors import (
    item_neighbors_schema,
    neighbor_matrix,
)
from precision_marketing.algorithms.content.text import terms
from precision_marketing.algorithms.content.tfidf import (
    combined_profiles,
    content_neighbors,
    of_length_one,
    term_counts,
    tfidf_weights,
    user_profiles,
)
from precision_marketing.algorithms.kernels.selection import rounded
from precision_marketing.algorithms.kernels.top_items import iterate_top_items

TOLERANCE = 1e-9
ALL_TERMS = {
    "minimum_document_frequency": 1,
    "maximum_document_frequency": 1000,
    "maximum_terms": 1000,
}
FILMS = [
    "Toy Story animation children",
    "Toy Story 2 animation children sequel",
    "Heat action crime",
    "Casino crime drama drama",
    None,
]


def item_profiles(documents, **settings):
    """Return the TF-IDF profiles of texts, and their columns."""
    counts, columns = term_counts(documents, terms, **settings)
    return tfidf_weights(counts), columns


def test_worked_example_of_the_content_page():
    # docs/algorithms/content_tfidf.md
    profiles, columns = item_profiles(["red shoe", "red shirt", "mug"], **ALL_TERMS)
    assert columns == ["mug", "red", "shirt", "shoe"]
    rare, common = np.log(4 / 2) + 1, np.log(4 / 3) + 1
    length = np.hypot(rare, common)
    np.testing.assert_allclose(
        profiles.toarray(),
        [
            [0, common / length, 0, rare / length],
            [0, common / length, rare / length, 0],
            [1, 0, 0, 0],
        ],
        atol=TOLERANCE,
    )
    neighbors = content_neighbors(profiles, top_k=5).to_pylist()
    similarity = common**2 / length**2
    assert round(similarity, 3) == 0.366
    assert [(row["item_index"], row["neighbor_index"]) for row in neighbors] == [
        (0, 1),
        (1, 0),
    ]
    assert neighbors[0]["similarity"] == pytest.approx(similarity, abs=TOLERANCE)
    bought = csr_matrix([[1.0, 0.0, 0.0]])
    users = user_profiles(bought, profiles)
    [batch] = iterate_top_items(
        users,
        profiles.T.tocsr(),
        users=np.array([0]),
        exclude=bought,
        allowed_items=None,
        item_scale=None,
        top_n=5,
    )
    [row] = batch.to_pylist()
    assert row["item_index"] == 1
    assert row["score"] == pytest.approx(similarity, abs=TOLERANCE)


def test_profiles_of_words_are_those_of_scikit_learn():
    found, columns = item_profiles(FILMS, **ALL_TERMS)
    vectorizer = TfidfVectorizer(sublinear_tf=True, token_pattern=r"(?u)\b[a-z]+\b")
    expected = vectorizer.fit_transform([film or "" for film in FILMS])
    assert columns == vectorizer.get_feature_names_out().tolist()
    np.testing.assert_allclose(found.toarray(), expected.toarray(), atol=TOLERANCE)


def test_rows_have_length_one_or_zero():
    profiles, _ = item_profiles(FILMS, **ALL_TERMS)
    lengths = np.sqrt(profiles.power(2).sum(axis=1)).A1
    np.testing.assert_allclose(lengths, [1, 1, 1, 1, 0], atol=TOLERANCE)


@pytest.mark.parametrize(
    "documents",
    [[], [None], ["", None, "  "], ["1995", "..."], ["one", "two", "three"]],
)
def test_no_term_left_is_an_empty_profile_not_an_error(documents):
    profiles, columns = item_profiles(
        documents, **ALL_TERMS | {"minimum_document_frequency": 2, "maximum_terms": 10}
    )
    assert profiles.shape == (len(documents), 0)
    assert columns == []
    neighbors = content_neighbors(profiles, top_k=5)
    assert (neighbors.num_rows, neighbors.schema) == (0, item_neighbors_schema)
    weights = csr_matrix(np.ones((2, len(documents))))
    assert user_profiles(weights, profiles).shape == (2, 0)


def test_rare_terms_are_dropped_and_their_items_kept():
    profiles, columns = item_profiles(
        FILMS, **ALL_TERMS | {"minimum_document_frequency": 2}
    )
    assert columns == ["animation", "children", "crime", "story", "toy"]
    assert profiles.shape == (5, 5)
    assert profiles[[2]].nnz == 1


def test_the_most_frequent_terms_are_kept():
    _, columns = item_profiles(
        ["a a a b c", "b c", "c"], **ALL_TERMS | {"maximum_terms": 2}
    )
    assert columns == ["a", "c"]


def test_a_second_run_gives_the_same_profiles():
    first, columns = item_profiles(FILMS, **ALL_TERMS)
    second, same_columns = item_profiles(FILMS, **ALL_TERMS)
    assert columns == same_columns == sorted(columns)
    np.testing.assert_array_equal(first.data, second.data)
    np.testing.assert_array_equal(first.indices, second.indices)


def test_content_neighbors_are_the_cosine_of_scikit_learn():
    generator = np.random.default_rng(0)
    vocabulary = [f"word{letter}" for letter in "abcdefghijklmnop"]
    documents = [" ".join(generator.choice(vocabulary, 6)) for _ in range(50)]
    profiles, _ = item_profiles(documents, **ALL_TERMS)
    table = content_neighbors(profiles, top_k=50)
    expected = cosine_similarity(profiles)
    np.fill_diagonal(expected, 0.0)
    found = neighbor_matrix(table, 50, 50)
    np.testing.assert_allclose(found.toarray(), expected, atol=TOLERANCE)
    assert table.equals(content_neighbors(profiles, top_k=50, block_size=7))


def test_equal_texts_have_similarity_exactly_one_and_ties_by_index():
    profiles, _ = item_profiles(["blue suede shoes of leather"] * 4, **ALL_TERMS)
    table = content_neighbors(profiles, top_k=2)
    assert table["similarity"].to_pylist() == [1.0] * 8
    assert table["neighbor_index"].to_pylist() == [1, 2, 0, 2, 0, 1, 0, 1]


def test_items_of_one_text_have_each_other_and_never_themselves():
    # Copies among other items, more of one text than neighbors are asked for.
    generator = np.random.default_rng(0)
    texts = csr_matrix(generator.random((9, 30)) * (generator.random((9, 30)) < 0.5))
    profiles = of_length_one(texts[generator.integers(0, 9, 80)])
    similarities = rounded((profiles @ profiles.T).toarray())
    np.fill_diagonal(similarities, -1.0)
    for top_k in (3, 12, 100):
        table = content_neighbors(profiles, top_k=top_k)
        items = table["item_index"].to_numpy()
        assert (np.diff(items) >= 0).all()
        for item in range(80):
            found = table.filter(items == item)
            best = np.argsort(-similarities[item], kind="stable")[:top_k]
            best = best[similarities[item][best] > 0]
            assert found["neighbor_index"].to_pylist() == best.tolist()
            assert found["neighbor_rank"].to_pylist() == [*range(1, best.size + 1)]


def test_profiles_a_rounding_error_too_long_have_similarity_one():
    table = content_neighbors(csr_matrix([[1 + 4e-10]] * 2), top_k=1)
    assert table["similarity"].to_pylist() == [1.0, 1.0]


def test_items_without_text_have_no_neighbors():
    profiles, _ = item_profiles(FILMS, **ALL_TERMS)
    table = content_neighbors(profiles, top_k=9)
    assert 4 not in table["item_index"].to_pylist()
    assert 4 not in table["neighbor_index"].to_pylist()


def test_user_profiles_are_weighted_sums_of_length_one():
    profiles, _ = item_profiles(FILMS, **ALL_TERMS)
    weights = csr_matrix([[5.0, 0, 1, 0, 2], [0, 0, 0, 0, 3], [0, 0, 0, 0, 0]])
    found = user_profiles(weights, profiles).toarray()
    expected = 5 * profiles[[0]].toarray()[0] + profiles[[2]].toarray()[0]
    np.testing.assert_allclose(
        found[0], expected / np.linalg.norm(expected), atol=TOLERANCE
    )
    assert not found[1:].any()


@pytest.mark.parametrize("weight", [np.nan, np.inf, -1.0])
def test_weights_that_are_not_weights_are_refused(weight):
    profiles, _ = item_profiles(["a", "b"], **ALL_TERMS)
    with pytest.raises(ValueError, match="weights"):
        user_profiles(csr_matrix([[weight, 1.0]]), profiles)


def test_profiles_that_are_not_normalised_are_refused():
    with pytest.raises(ValueError, match="length 1"):
        content_neighbors(csr_matrix([[1.0, 1.0]]), top_k=1)


@pytest.mark.parametrize(
    "change",
    [
        {"minimum_document_frequency": 0},
        {"maximum_document_frequency": 0},
        {"maximum_terms": 0},
    ],
)
def test_settings_out_of_range_are_refused_by_name(change):
    with pytest.raises(ValueError, match=next(iter(change))):
        item_profiles(FILMS, **(ALL_TERMS | change))


def test_a_term_of_too_many_items_is_left_out():
    documents = ["red shoe", "red sock", "red hat", "blue hat"]
    few = ALL_TERMS | {"maximum_document_frequency": 2}
    profiles, columns = item_profiles(documents, **few)
    assert columns == ["blue", "hat", "shoe", "sock"]
    assert profiles.getnnz(axis=1).tolist() == [1, 1, 1, 2]
    _, none_left = item_profiles(["red", "red", "red"], **few)
    assert none_left == []


def test_counts_are_occurrences_and_a_document_is_read_once():
    counts, columns = term_counts(iter(["red red shoe", None]), terms, **ALL_TERMS)
    assert columns == ["red", "shoe"]
    assert counts.toarray().tolist() == [[2, 1], [0, 0]]


def test_the_cosine_of_combined_profiles_is_the_weighted_mean_over_fields():
    titles, _ = item_profiles(["red shoe", "red hat"], **ALL_TERMS)
    brands, _ = item_profiles(["oak", "oak"], **ALL_TERMS)
    profiles = combined_profiles(
        {"title": titles, "brand": brands}, {"title": 1.0, "brand": 3.0}
    )
    cosine = (profiles @ profiles.T).toarray()[0, 1]
    of_titles = (titles @ titles.T).toarray()[0, 1]
    assert cosine == pytest.approx((of_titles + 3.0) / 4.0, abs=TOLERANCE)


def test_what_a_missing_field_would_weigh_goes_to_the_others():
    titles, _ = item_profiles(["red shoe", "red shoe", None], **ALL_TERMS)
    brands, _ = item_profiles([None, None, "oak"], **ALL_TERMS)
    profiles = combined_profiles(
        {"title": titles, "brand": brands}, {"title": 1.0, "brand": 3.0}
    )
    lengths = np.sqrt(profiles.power(2).sum(axis=1)).A1
    np.testing.assert_allclose(lengths, 1.0, atol=TOLERANCE)
    table = content_neighbors(profiles, top_k=2)
    assert table["item_index"].to_pylist() == [0, 1]
    assert table["similarity"].to_pylist() == [1.0, 1.0]


def test_a_field_of_weight_zero_says_nothing():
    titles, _ = item_profiles(["red", "blue"], **ALL_TERMS)
    brands, _ = item_profiles(["oak", "oak"], **ALL_TERMS)
    profiles = combined_profiles(
        {"title": titles, "brand": brands}, {"title": 1.0, "brand": 0.0}
    )
    assert content_neighbors(profiles, top_k=1).num_rows == 0


def test_one_text_of_many_items_is_cut_once_and_counts_for_each():
    cut = []

    def analyzer(text):
        cut.append(text)
        return terms(text)

    documents = ["red shoe", "blue hat", "red shoe", None, "red shoe", None]
    counts, columns = term_counts(documents, analyzer, **ALL_TERMS)
    assert sorted(cut, key=str) == [None, "blue hat", "red shoe"]
    assert columns == ["blue", "hat", "red", "shoe"]
    assert counts.toarray().sum(axis=1).tolist() == [2, 2, 2, 0, 2, 0]
    few = ALL_TERMS | {"maximum_document_frequency": 2}
    assert term_counts(documents, terms, **few)[1] == ["blue", "hat"]
    most = ALL_TERMS | {"maximum_terms": 2}
    assert term_counts(documents, terms, **most)[1] == ["red", "shoe"]
