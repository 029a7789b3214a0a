"""Scripts without blanks: characters as tokens, the Chinese example file, and glyphs for it."""
import warnings
from pathlib import Path

import numpy as np
import pytest
from fontTools.ttLib import TTFont

import course
from course.data import load_pairs, normalise
from course.languages import SpacedSubwords, join_characters, space_characters
from course.views import _fonts, picture
from course.views._fonts import missing
from course.views.ablation import show_differences
from course.views.figures import show_weights

EXAMPLE = Path(course.__file__).parent / "examples" / "english_chinese.tsv"


@pytest.mark.parametrize(("sentence", "spaced"), [
    ("黑猫睡觉。", "黑 猫 睡 觉。"), ("The cat sleeps.", "The cat sleeps."), ("我有2只猫!", "我 有 2 只 猫!"), ("", ""),
])
def test_spaces_and_back(sentence, spaced):
    assert space_characters(sentence) == spaced
    assert join_characters(spaced) == sentence


def test_each_character_is_a_token_and_english_is_cut_as_before():
    pairs = load_pairs(EXAMPLE)
    subwords = SpacedSubwords.train([sentence for pair in pairs for sentence in pair[:2]], 600)
    assert subwords.tokens(subwords.encode("黑猫睡觉。")) == ["▁黑", "▁猫", "▁睡", "▁觉", "。"]
    assert subwords.tokens(subwords.encode("The black cat sleeps."))[:2] == ["▁The", "▁black"]
    for pair in pairs:
        for sentence in pair[:2]:
            assert subwords.decode(subwords.encode(sentence)) == sentence
    assert subwords.encode_all([pairs[0].target]) == [subwords.encode(pairs[0].target)]


@pytest.mark.parametrize("size", [1, 5, 60])
@pytest.mark.parametrize("sentences", [
    ["고양이가 검은 나무 아래에서 잔다.", "나는 학생이다.", "고양이는 어디에서 자니?", "우리는 내일 학교에 간다."],
    ["黒い猫が木の下で寝ている。", "私は学生です。", "コーヒーをください。"],
    ["黑猫睡在樹下。", "我有两只猫!", "這個人是誰?"],
], ids=["Korean", "Japanese", "Chinese"])
def test_no_character_costs_more_than_a_token(sentences, size):
    subwords = SpacedSubwords.train(sentences * 2, size)
    for sentence in sentences:
        ids = subwords.encode(sentence)
        assert subwords.decode(ids) == sentence and len(ids) <= len(sentence.replace(" ", ""))
    rare = "고양이 𠮷 猫 ☃"
    assert subwords.decode(subwords.encode(rare)).replace(" ", "") == rare.replace(" ", "")


def test_common_korean_syllables_are_one_token():
    sentences = ["고양이가 잔다.", "고양이가 본다.", "고양이가 온다."]
    assert "▁고양이가" in SpacedSubwords.train(sentences, 30).tokens(range(400))


@pytest.mark.parametrize("sentences", [[], [""], ["  "]])
def test_nothing_to_learn_from_and_sizes_below_one(sentences):
    with pytest.raises(ValueError, match="no sentence to learn subwords from"):
        SpacedSubwords.train(sentences)
    for size in (0, -3):
        with pytest.raises(ValueError, match=f"at least 1, got {size}"):
            SpacedSubwords.train(["a cat"], size)


def test_example_file_has_no_sentence_twice():
    pairs = load_pairs(EXAMPLE)
    sources = [normalise(pair.source) for pair in pairs]
    assert 500 < len(pairs) == len(set(sources))
    assert all(pair.target[-1] in "。？！" and pair.source[-1] in ".?!" for pair in pairs)


def test_font_has_every_character_of_the_example():
    font = TTFont(Path(course.__file__).parent / "views" / "fonts" / "course_cjk.ttf")
    needed = {ord(character) for pair in load_pairs(EXAMPLE) for character in pair.target}
    assert needed - set(font.getBestCmap()) <= set(range(128))       # the others are in DejaVu Sans


def test_figures_have_glyphs_for_chinese(caplog):
    with warnings.catch_warnings():
        warnings.simplefilter("error")                                # matplotlib warns of missing glyphs
        first, second = (show_weights(np.eye(2), ["猫 → 睡", label], ["黑", "cat"]) for label in "睡觉")
    assert "猫 → 睡" in first.alt
    assert first.png != second.png                                    # not one box for all
    assert not caplog.records                                         # no "findfont" either, for the bold numbers


def test_what_no_font_has_is_said_once_with_a_font_to_install():
    for labels, font in ((["\uf8d0\uf8d1", "cat"], ""), (["बिल्ली", "मपु"], "such as Noto Sans Devanagari, ")):
        lacking = missing("".join(labels))
        if lacking:                                                   # this computer may have such a font
            with pytest.warns(UserWarning) as said:
                show_weights(np.eye(2), labels, ["black", "猫"])
            assert [str(one.message) for one in said] == [
                f"no font here has the characters {lacking} of this figure: install one, {font}and draw it again"]
            assert said[0].filename == __file__


@pytest.mark.slow
def test_a_font_that_was_installed_meanwhile_is_found(monkeypatch, tmp_path, caplog):
    """matplotlib keeps its list of fonts: here none in it has the letter, and one that was installed later has."""
    asked, wanted = [], "\uf8d0"
    monkeypatch.setattr(_fonts.fontManager, "ttflist", list(_fonts.fontManager.ttflist))
    font = TTFont(Path(course.__file__).parent / "views" / "fonts" / "course_cjk.ttf")
    for table in font["cmap"].tables:
        table.cmap[ord(wanted)] = table.cmap[ord("猫")]
    for record in font["name"].names:
        if record.nameID in (1, 4, 16):
            record.string = "Noto Sans Klingon"
    font.save(tmp_path / "new.ttf")
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    monkeypatch.setattr(_fonts, "findSystemFonts", lambda: asked.append(1) or [str(p) for p in tmp_path.iterdir()])
    monkeypatch.setattr(_fonts, "SCRIPTS", {"Klingon": _fonts.Script(wanted, ("Noto Sans Klingon",))})
    monkeypatch.setitem(picture.STYLE, "font.family", picture.STYLE["font.family"])
    _fonts.look_again.cache_clear()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            drawn = show_weights(np.eye(2), [wanted, "cat"], ["black", "猫"])
            show_weights(np.eye(2), [wanted, "cat"], ["black", "猫"])
        assert "Noto Sans Klingon" in picture.STYLE["font.family"] and asked == [1] and drawn.png
        assert not caplog.records                                     # no "findfont", for the bold numbers
    finally:
        _fonts.look_again.cache_clear()


def test_differences_are_drawn_and_told():
    picture = show_differences([[0.5, 0.4], [-0.02, 0.01]], ["no scaling", "16 heads"], "nats", "One switch")
    assert picture.alt == ("One switch; nats, one number for each seed: "
                           "no scaling 0.50 and 0.40; 16 heads −0.02 and 0.01")
    [ax] = picture.figure.axes
    assert [list(line.get_xdata()) for line in ax.lines[1:]] == [[0.5, -0.02], [0.4, 0.01]]
    with pytest.raises(ValueError, match="labels"):
        show_differences([[0.5, 0.4]], ["a", "b"], "nats", "One switch")
