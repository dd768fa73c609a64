import numpy as np
import pytest

from precision_marketing.algorithms.content.text import names, pieces, terms
from precision_marketing.algorithms.content.tfidf import (
    content_neighbors,
    term_counts,
    tfidf_weights,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, []),
        ("", []),
        (" \t\n.,;!?()1995 42", []),
        ("Crème BRÛLÉE", ["crème", "brûlée"]),
        ("Cre\u0300me", ["crème"]),
        ("x-ray a1 2", ["x", "ray", "a1"]),
        ("snake_case", ["snake", "case"]),
        ("Ёлка ЖЮЛЬ", ["ёлка", "жюль"]),
        ("हिन्दी किताब", ["हिन्दी", "किताब"]),
        ("ภาษาไทย", ["ภาษาไทย"]),
        ("مرحبا بالعالم", ["مرحبا", "بالعالم"]),
        ("手机", ["手", "机", "手机"]),
        ("书", ["书"]),
        ("ﾄﾏﾄ", ["ト", "マ", "ト", "トマ", "マト"]),
        ("한국 책", ["한", "국", "한국", "책"]),
        ("ＮＩＫＥ鞋", ["nike", "鞋"]),
        ("𠮷野", ["𠮷", "野", "𠮷野"]),
        ("great 😀 film", ["great", "film"]),
    ],
)
def test_terms_of_any_script(text, expected):
    assert terms(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, []),
        ("1995", []),
        ("ab", ["<ab", "ab>", "<ab>"]),
        ("手机壳", ["手机壳"]),
        ("书", []),
        ("iPad壳", ["<ip", "ipa", "pad", "ad>", "<ipa", "ipad", "pad>"]),
        ('"Tea" 🍵', ["<te", "tea", "ea>", "<tea", "tea>"]),
    ],
)
def test_pieces_of_words_in_any_script(text, expected):
    assert pieces(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, []),
        (" , ;", []),
        ("Coffee", ["coffee"]),
        ("coffee, COFFEE", ["coffee", "coffee"]),
        ("Action|Sci-Fi", ["action", "sci fi", "sci", "fi"]),
        ("绿茶、红茶", ["绿茶", "绿", "茶", "红茶", "红", "茶"]),
        ("“Rock 'n' Roll” 🎸", ["rock n roll", "rock", "n", "roll"]),
    ],
)
def test_names_are_wholes_and_their_words(text, expected):
    assert names(text) == expected


def titles_of(colors, kinds):
    """Return a title for each color and kind, kind by kind."""
    return [color + kind for kind in kinds for color in colors]


LANGUAGES = {
    "chinese": (
        ["红色", "深蓝", "墨绿", "纯白", "亮黄"],
        ["运动鞋", "咖啡杯", "手机壳", "登山包", "羽毛球拍"],
    ),
    "japanese": (
        ["赤い", "青い", "緑の", "白い", "黒の"],
        ["スニーカー", "コーヒーカップ", "腕時計", "登山リュック", "えんぴつ削り"],
    ),
    "korean": (
        ["빨간", "파란", "초록", "하얀", "노란"],
        ["운동화", "커피잔", "손목시계", "등산가방", "연필깎이"],
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("analyzer", [terms, pieces])
def test_titles_without_spaces_find_all_items_of_their_kind(language, analyzer):
    # Five items of each of five kinds, whose names are longer than the colors: the
    # other four of its kind are known to be the
    # nearest, although one item of each other kind shares its color.
    colors, kinds = LANGUAGES[language]
    counts, _ = term_counts(
        titles_of(colors, kinds),
        analyzer,
        minimum_document_frequency=2,
        maximum_document_frequency=100,
        maximum_terms=1000,
    )
    table = content_neighbors(tfidf_weights(counts), top_k=4)
    kind_of = np.repeat(np.arange(len(kinds)), len(colors))
    found = table.to_pandas()
    assert len(found) == 4 * len(kind_of)
    assert (kind_of[found.item_index] == kind_of[found.neighbor_index]).all()


def test_spaces_between_korean_words_change_nothing_of_kinds():
    colors, kinds = LANGUAGES["korean"]
    titles = titles_of([f"{color} " for color in colors], kinds)
    counts, columns = term_counts(
        titles,
        terms,
        minimum_document_frequency=2,
        maximum_document_frequency=100,
        maximum_terms=1000,
    )
    assert "간운" not in columns
    assert "운동" in columns
    table = content_neighbors(tfidf_weights(counts), top_k=4).to_pandas()
    assert (table.item_index // 5 == table.neighbor_index // 5).all()


def test_inflected_words_share_pieces_where_words_differ():
    counts, _ = term_counts(
        ["roasters", "roaster", "teapot"],
        pieces,
        minimum_document_frequency=1,
        maximum_document_frequency=9,
        maximum_terms=100,
    )
    table = content_neighbors(tfidf_weights(counts), top_k=2)
    assert table["neighbor_index"].to_pylist() == [1, 0]
    assert not set(terms("roasters")) & set(terms("roaster"))


def test_quotes_and_emoji_around_a_title_change_nothing():
    assert terms('🔥 "Toy Story" 🤠') == terms("Toy Story")
    assert pieces('🔥 "Toy Story" 🤠') == pieces("Toy Story")
