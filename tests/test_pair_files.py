"""`load_pairs` with the files that people have: each small file, and what has to come of it."""
import gzip
import io
import zipfile

import pytest

from course.data import DataError, Pair, load_pairs, normalise, pairs_that_fit, short_pairs, split_pairs
from course.tokens import Subwords

HI = [Pair("Hi.", "Hola")]
TWO = [Pair("Hi.", "Holá"), Pair("Man", "Señor")]


def zipped(**files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("_txt", ".txt"), text)
    return content.getvalue()


def given(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


TMX = """<?xml version="1.0"?><tmx version="1.4"><header srclang="en"/><body>
<tu><tuv xml:lang="en"><seg>Hi <b>there</b>.</seg></tuv><tuv xml:lang="fr"><seg>Salut.</seg></tuv></tu>
<tu><tuv xml:lang="fr"><seg>Non.</seg></tuv><tuv xml:lang="EN"><seg>No.</seg></tuv></tu></body></tmx>"""

READ = {
    "windows.tsv": ("Hi.\tHola\r\nMan\tHombre\nGo\tVe", [("Hi.", "Hola"), ("Man", "Hombre"), ("Go", "Ve")], ""),
    "old_mac.tsv": ("Hi.\tHola\rMan\tHombre\r", [("Hi.", "Hola"), ("Man", "Hombre")], ""),
    "blank_end.tsv": ("Hi.\tHola\n\n \n", HI, ""),
    "four.tsv": ("Hi.\tHola\tCC\textra\n", [("Hi.", "Hola", "CC")], ""),
    "semicolon.csv": ("Hi.;Hola\n", HI, "semicolons"),
    "bars.txt": ("Hi.|Hola\n", HI, "vertical bars"),
    "comma.csv": ('"Hi, you.",Hola\nMan,"Un ""hombre""\n grande"\n',
                  [("Hi, you.", "Hola"), ("Man", 'Un "hombre" grande')], "commas, and quoted"),
    "excel.tsv": ('"He said ""hi"", and left."\t"Dijo ""hola""."\n', [('He said "hi", and left.', 'Dijo "hola".')],
                  "quoted as spreadsheets do"),
    "speech.tsv": ('"Hi," he said.\t"Hola."\n', [('"Hi," he said.', '"Hola."')], ""),
    "utf16.tsv": ("Hi.\tHolá\nMan\tSeñor\n".encode("utf-16"), TWO, "UTF-16, by its first bytes"),
    "utf16_no_mark.tsv": ("Hi.\tHolá\nMan\tSeñor\n".encode("utf-16-le"), TWO, "UTF-16-LE, by its zero bytes"),
    "utf32.tsv": ("Hi.\tHolá\nMan\tSeñor\n".encode("utf-32"), TWO, "UTF-32"),
    "packed.tsv.gz": (gzip.compress(b"Hi.\tHola\n"), HI, ""),
    "fra-eng.zip": (zipped(fra_txt="Hi.\tHola\n", _about_txt="who made it"), HI, "fra.txt is read"),
    "memory.tmx": (TMX, [("Hi there.", "Salut."), ("No.", "Non.")], "in en and fr"),
    "tatoeba.tsv": ("1276\tLet's try.\t3091\tEssayons.\n1277\tGo.\t1115\tVa.\n",
                    [("Let's try.", "Essayons."), ("Go.", "Va.")], "columns 1 and 3"),
    "heading.tsv": ("english\tfrench\nHi.\tHola\n", HI, "english | french"),
    "heading.csv": ("English words/sentences,French words/sentences\nHi.,Hola\n", HI, "taken for a heading"),
    "numbers.tsv": ("1\t2\r\nHi.\tHola\r\n", HI, "1 | 2"),
    "codes.tsv": ("en\tes\nHi.\tHola\n", HI, "en | es"),
    "no_heading.tsv": ("Hi.\tHi.\nEnglish is hard.\tEs difícil.\n",
                       [("Hi.", "Hi."), ("English is hard.", "Es difícil.")], "line 1: both sides are equal"),
    "invisible.tsv": ("Go.\tVa\u202f!\nRun\u200b!\tC\0ours\n", [("Go.", "Va !"), ("Run!", "Cours")], "3 sentences"),
    "marks.tsv": ("...\t...\n!!!\t¡!\n", [("...", "..."), ("!!!", "¡!")], "equal"),
}


@pytest.mark.parametrize("name", READ)
def test_what_is_read_and_what_is_said(tmp_path, capsys, name):
    content, pairs, said = READ[name]
    assert load_pairs(given(tmp_path, name, content)) == [Pair(*pair) for pair in pairs]
    printed = capsys.readouterr().out
    assert said in printed and bool(said) == bool(printed)


REFUSED = {
    "latin1.tsv": ("Hi.\tHolá\n".encode("latin-1"), 'line 1: byte 0xe1 is not UTF-8.*encoding="cp1252"'),
    "quotes.tsv": (b"Hi.\t\x93Hol\xe1\x94\n", 'encoding="cp1252"'),
    "chinese.tsv": ("Hi.\t嗨。\n".encode("gb18030"), 'encoding="gb18030"'),
    "inside.tsv": ("Hi.\tHola\nGo.\tVe\tya\tpronto\n", "line 2: it has 4 columns, most lines have 2"),
    "zero.tsv": ("Go.\t\u200b\nRun!\tC\0ours\n", "line 1: the target sentence is empty"),
    "two.zip": (zipped(a_txt="Hi.\tHola", b_txt="Go.\tVe"), "it holds 2: a.txt, b.txt"),
    "broken.zip": (b"PK\x03\x04 and no more", "damaged"),
    "broken.tsv.gz": (gzip.compress(b"Hi.\tHola\n")[:-6], "damaged"),
    "entities.tmx": ('<!DOCTYPE t [<!ENTITY a "b">]><tmx/>', "entities"),
    "cut.tmx": (TMX[:-20], "not the XML"),
    "one.tmx": ("<tmx><tu><tuv xml:lang='en'><seg>a</seg></tuv></tu></tmx>", "in 1 languages"),
    "open.csv": ('"Hi.;Hola\n"Go.;Ve\n', "not closed|separated by a tab"),
    "nothing.tsv": ("\n \n", "is empty"),
    "prose.txt": ("Once upon a time\nthere was a cat\n", "separated by a tab"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(tmp_path, name):
    content, message = REFUSED[name]
    with pytest.raises(DataError, match=message) as error:
        load_pairs(given(tmp_path, name, content))
    assert name in str(error.value)


SENTENCES = {
    "cp1252": "Où est le café ? Il est déjà tard. Señor, ¿cómo está? Größe und Straße.",
    "cp1251": "Где мой кот? Я не знаю, что мне делать. Он живёт в Москве.",
    "koi8_r": "Где мой кот? Я не знаю, что мне делать. Он живет в Москве.",
    "gb18030": "黑猫睡在桌子下面。我不知道该怎么办。他住在北京。",
    "big5": "黑貓睡在桌子下面。我不知道該怎麼辦。他住在台北。",
    "shift_jis": "黒い猫がテーブルの下で寝ている。どうすればいいか分からない。",
    "euc_jp": "黒い猫がテーブルの下で寝ている。東京に住む。",
    "euc_kr": "검은 고양이가 탁자 아래에서 잔다. 나는 어떻게 해야 할지 모른다.",
}


@pytest.mark.parametrize("encoding", SENTENCES)
def test_an_encoding_is_recognised_and_named(tmp_path, encoding):
    path = given(tmp_path, "mine.tsv", f"The cat sleeps.\t{SENTENCES[encoding]}\n".encode(encoding) * 3)
    with pytest.raises(DataError, match=f'perhaps `encoding="{encoding}"`'):
        load_pairs(path)
    assert load_pairs(path, encoding=encoding)[0].target == SENTENCES[encoding]


def test_encoding_columns_and_header_can_be_given(tmp_path):
    path = given(tmp_path, "chinese.tsv", "嗨。\tHi.\tTom\n".encode("gb18030"))
    assert load_pairs(path, encoding="gb18030", columns=(1, 0)) == [Pair("Hi.", "嗨。")]
    path = given(tmp_path, "named.tsv", "note\tours\ttheirs\nx\tHi.\tHola\n")
    assert load_pairs(path, header=True, columns=("ours", "theirs", "note")) == [Pair("Hi.", "Hola", "x")]
    path = given(tmp_path, "hello.tsv", "1\t2\n")
    assert load_pairs(path, header=False) == [Pair("1", "2")]
    for columns in [(0,), (0, 7), (1, 1), ("ours", "yours")]:
        with pytest.raises(DataError, match="`columns` has to name two or three"):
            load_pairs(path, header=False, columns=columns)
    with pytest.raises(DataError, match="there is no encoding 'klingon'"):
        load_pairs(path, encoding="klingon")
    with pytest.raises(DataError, match="not in the encoding ascii"):
        load_pairs(given(tmp_path, "accent.tsv", "Hi.\tHolá\n"), encoding="ascii")


def test_a_blank_line_in_one_of_two_files_never_shifts_the_pairs(tmp_path, capsys):
    ours = given(tmp_path, "en", "one\n\nthree\nfour\n")
    theirs = given(tmp_path, "de", "eins\nzwei\ndrei\n\n")
    with pytest.raises(DataError, match="en and .*de: 2 lines cannot be used") as error:
        load_pairs(ours, theirs)
    assert "line 2: the source sentence is empty" in str(error.value)
    assert "line 4: the target sentence is empty" in str(error.value)
    assert load_pairs(ours, theirs, skip_bad=True) == [Pair("one", "eins"), Pair("three", "drei")]
    assert "2 lines of no use, and left out" in capsys.readouterr().out
    longer = given(tmp_path, "fr", "un\ndeux\ntrois\nquatre\n\n\n")
    assert len(load_pairs(ours, longer, skip_bad=True)) == 3


def test_all_bad_lines_are_counted_and_five_shown(tmp_path, capsys):
    path = given(tmp_path, "mine.tsv", "Hi.\tHola\n" + "alone\n" * 1234)
    with pytest.raises(DataError, match="1,234 lines cannot be used") as error:
        load_pairs(path)
    assert str(error.value).count("found 'alone'") == 5 and "1,229 more" in str(error.value)
    assert load_pairs(path, skip_bad=True) == HI
    with pytest.raises(DataError, match="no pair that can be used"):
        load_pairs(given(tmp_path, "none.tsv", "a\t\nb\t\n"), skip_bad=True)


def test_another_script_and_exchanged_sides_are_named(tmp_path, capsys):
    lines = [f"cat number {n}\t第{n}只猫" for n in range(40)]
    lines[3], lines[7], lines[9] = "猫\tcat", "dog\tdog and bone", "狗\t狗狗"
    path = given(tmp_path, "zh.tsv", "\n".join(lines))
    assert len(load_pairs(path)) == 40
    said = capsys.readouterr().out
    assert "line 4: source and target are exchanged, by their scripts" in said
    assert "line 8: the target is in Latin letters, as the sources are" in said
    assert "line 10: the source is in Chinese or Japanese letters, as the targets are" in said
    assert len(load_pairs(path, skip_bad=True)) == 37


@pytest.mark.slow
def test_exchanged_sides_in_the_same_script_are_found_by_their_words(tmp_path, capsys):
    pairs = [pair for pair in short_pairs(load_pairs())[::100] if len(pair.source.split()) > 4][:600]
    turned = {40, 333}
    lines = ["\t".join(pair[:2] if n not in turned else pair[1::-1]) for n, pair in enumerate(pairs)]
    assert len(load_pairs(given(tmp_path, "mine.tsv", "\n".join(lines)))) == 600
    said = [line for line in capsys.readouterr().out.splitlines() if "by their words" in line]
    assert [line.split(":")[0] for line in said] == ["  line 41", "  line 334"]


def test_columns_of_labels_and_codes_are_no_sentences(tmp_path, capsys):
    lines = [f"{('ted', 'news')[n % 2]},a dog {n},ein Hund {n}" for n in range(30)]
    path = given(tmp_path, "labels.csv", "\n".join(["source,english_sentence,german_sentence", *lines]))
    assert load_pairs(path)[:2] == [Pair("a dog 0", "ein Hund 0"), Pair("a dog 1", "ein Hund 1")]
    said = capsys.readouterr().out
    assert "heading: source | english_sentence | german_sentence" in said and "columns 1 and 2, counted from 0" in said
    path = given(tmp_path, "codes.tsv", "1276\teng\tGo.\t3091\tfra\tVa.\n1277\teng\tHi.\t3092\tfra\tSalut.\n")
    assert load_pairs(path) == [Pair("Go.", "Va."), Pair("Hi.", "Salut.")]
    path = given(tmp_path, "numbered.tsv", "id\tEnglish\tFrench\n1\tGo.\tVa.\n2\tHi.\tSalut.\n")
    assert load_pairs(path) == [Pair("Go.", "Va."), Pair("Hi.", "Salut.")]
    path = given(tmp_path, "few.tsv", "yes\toui\n" * 8)
    assert load_pairs(path) == [Pair("yes", "oui")] * 8


def test_a_tab_inside_a_sentence_is_named(tmp_path, capsys):
    lines = [f"cat {n}\tgato {n}" for n in range(30)]
    lines[4], lines[6] = "cat\t4\tgato 4", "cat\t6\tgato\t6"
    path = given(tmp_path, "tabs.tsv", "\n".join(lines))
    with pytest.raises(DataError, match="line 7: it has 4 columns, most lines have 2"):
        load_pairs(path)
    found = load_pairs(path, skip_bad=True)
    assert len(found) == 28 and [pair.line for pair in found[3:6]] == [4, 6, 8]
    assert "line 5: it has a third column, as hardly any line has" in capsys.readouterr().out


def test_a_wide_first_line_is_the_one_that_is_named(tmp_path):
    path = given(tmp_path, "first.tsv", "a\tb\tc\td\n" + "cat\tgato\n" * 5)
    with pytest.raises(DataError, match="1 line cannot be used:\n  line 1: it has 4 columns, most lines have 2"):
        load_pairs(path)


def test_long_sentences_are_found_before_training(tmp_path, capsys):
    words = ["uno dos\ttres"] * 3 + ["uno\t" + "dos " * 12, "uno " * 20 + "\tdos", "dos\tuno"]
    pairs = load_pairs(given(tmp_path, "long.tsv", "english\tspanish\n" + "\n".join(words)))
    subwords = Subwords.train(["uno dos tres"] * 3, vocab_size=60)
    assert len(subwords.encode(pairs[4].source)) == 20
    with pytest.raises(DataError, match=r"2 lines too long for a model with max_len = 12:\n"
                       r"  line 5: the target has 13 tokens: 'dos dos.*\n  line 6: the source has 21 tokens") as error:
        pairs_that_fit(pairs, subwords, max_len=12)
    assert "skip_long=True" in str(error.value)
    capsys.readouterr()
    kept = pairs_that_fit(pairs, subwords, max_len=12, skip_long=True)
    assert [pair.line for pair in kept] == [2, 3, 4, 7] and "and left out" in capsys.readouterr().out
    assert pairs_that_fit(pairs, subwords, max_len=13, skip_long=True)[3].line == 5       # 12 tokens and the end
    turned = [pair._replace(source=pair.target, target=pair.source) for pair in pairs]
    with pytest.raises(DataError, match="line 6: the target has 21"):
        pairs_that_fit(turned, subwords, max_len=13)
    with pytest.raises(DataError, match="pair 1: the source has 21"):
        pairs_that_fit([Pair(*pairs[4])], subwords, max_len=13)
    assert pairs_that_fit([], subwords) == [] and capsys.readouterr().out.count("line 6: the source has 21") == 1


def test_vowel_signs_belong_to_their_letters():
    words = "का की के कु को कौ".split()
    assert len({normalise(word) for word in words}) == 6 == len({normalise(f"{word}।") for word in words})
    assert normalise("Das ist — “gut”!") == "das ist gut"
    assert len(split_pairs([Pair(word, "x") for word in words], n_valid=1, n_test=1).train) == 4
