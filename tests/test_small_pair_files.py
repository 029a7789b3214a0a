"""Small files as people had them, byte for byte: what `load_pairs` makes of each, and what it says."""
import io
import zipfile

import pytest

from course.data import DataError, Pair, load_pairs, normalise


def archive(name, content):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr(name, content)
    return packed.getvalue()


ONE, THREE = [("Hi.", "Hola")], [("Hi.", "Hola"), ("Man", "Hombre"), ("Go", "Ve")]
# For each file its bytes, the pairs, the lines that they come from, and all that is printed below the first line.
FILES = {
    "blank_end.tsv": (b"Hi.\tHola\nMan\tHombre\n\n\n", THREE[:2], [1, 2], []),
    "copy.tsv": (b"Hi.\tHi.\n", [("Hi.", "Hi.")], [1], ["1 line doubtful, but kept", "line 1: both sides are equal"]),
    "cr_only.tsv": (b"Hi.\tHola\rMan\tHombre\rGo\tVe\r", THREE, [1, 2, 3], []),
    "excel_quoted.tsv": (b'"He said ""hi"", and left."\t"Dijo ""hola""."\n',
                         [('He said "hi", and left.', 'Dijo "hola".')], [1], ["tabs, and quoted as spreadsheets do"]),
    "four.tsv": (b"Hi.\tHola\tCC\textra\n", [("Hi.", "Hola", "CC")], [1], []),
    "fra-eng.zip": (archive("fra.txt", "Go.\tVa !\n"), [("Go.", "Va !")], [1], ["fra.txt is read from the archive"]),
    "header.tsv": (b"english\tfrench\nHi.\tSalut!\n", [("Hi.", "Salut!")], [2], ["a heading: english | french"]),
    "header_comma.csv": (
        'English words/sentences,French words/sentences\nHi.,Salut!\n'
        '"I am a student, and you?","Je suis étudiant, et toi ?"\n'.encode(),
        [("Hi.", "Salut!"), ("I am a student, and you?", "Je suis étudiant, et toi ?")], [2, 3],
        ["commas, and quoted", "a heading: English words/sentences | French words/sentences"]),
    "hindi_vowels.tsv": ("का\ta\nकी\tb\nके\tc\nकु\td\nको\te\n".encode(),
                         [("का", "a"), ("की", "b"), ("के", "c"), ("कु", "d"), ("को", "e")], [1, 2, 3, 4, 5], []),
    "mixed.tsv": (b"Hi.\tHola\r\nMan\tHombre\nGo\tVe", THREE, [1, 2, 3], []),
    "nbsp.tsv": ("Go.\tVa\u202f!\nRun!\tCours\xa0!\n".encode(), [("Go.", "Va !"), ("Run!", "Cours !")], [1, 2],
                 ["invisible characters or unusual blanks were taken out of 2 sentences"]),
    "pipe.txt": (b"Hi.|Hola\n", ONE, [1], ["separated by vertical bars"]),
    "punct.tsv": ("...\t...\n!!!\t¡!\n".encode(), [("...", "..."), ("!!!", "¡!")], [1, 2],
                  ["1 line doubtful, but kept", "line 1: both sides are equal"]),
    "sample.tmx": (b'<?xml version="1.0"?>\n<tmx version="1.4"><header srclang="en"/><body>\n<tu><tuv xml:lang="en">'
                   b'<seg>Hi.</seg></tuv><tuv xml:lang="fr"><seg>Salut.</seg></tuv></tu>\n</body></tmx>\n',
                   [("Hi.", "Salut.")], [1], ["the segments in en and fr"]),
    "semicolon.csv": (b"Hi.;Hola\n", ONE, [1], ["separated by semicolons"]),
    "tatoeba_export.tsv": (
        b"1276\tLet's try something.\t3091\tEssayons quelque chose !\n"
        b"1277\tI have to go to sleep.\t1115\tJe dois aller dormir.\n",
        [("Let's try something.", "Essayons quelque chose !"), ("I have to go to sleep.", "Je dois aller dormir.")],
        [1, 2], ["columns 1 and 3, counted from 0"]),
    "utf16le_nobom.tsv": ("Hi.\tHolá\nMan\tSeñor\n".encode("utf-16-le"), [("Hi.", "Holá"), ("Man", "Señor")], [1, 2],
                          ["UTF-16-LE, by its zero bytes"]),
    "utf32.tsv": (b"\xff\xfe\x00\x00" + "Hi.\tHolá\n".encode("utf-32-le"), [("Hi.", "Holá")], [1],
                  ["UTF-32, by its first bytes"]),
}


@pytest.fixture
def written(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content)
        return path
    return write


@pytest.mark.parametrize("name", FILES)
def test_what_is_read(written, capsys, name):
    content, pairs, lines, said = FILES[name]
    found = load_pairs(written(name, content))
    assert found == [Pair(*pair) for pair in pairs] and [pair.line for pair in found] == lines
    printed = capsys.readouterr().out.splitlines()
    assert bool(printed) == bool(said) and len(printed) in (0, len(said) + 1)
    assert all(text in line for text, line in zip(said, printed[1:], strict=True))


# For each its bytes, what the error says, and the arguments with which it is read, and as what.
REFUSED = {
    "cp1252.tsv": (b"Hi.\t\x93Hol\xe1\x94\n", ["line 1: byte 0x93 is not UTF-8", 'encoding="cp1252"'],
                   {"encoding": "cp1252"}, [("Hi.", "“Holá”")]),
    "latin1.tsv": (b"Hi.\tHol\xe1\nMan\tSe\xf1or\n", ["line 1: byte 0xe1 is not UTF-8", 'encoding="cp1252"'],
                   {"encoding": "cp1252"}, [("Hi.", "Holá"), ("Man", "Señor")]),
    "gb18030.tsv": (b"Hi.\t\xe0\xcb\xa1\xa3\n", ["line 1: byte 0xe0 is not UTF-8", 'encoding="gb18030"'],
                    {"encoding": "gb18030"}, [("Hi.", "嗨。")]),
    "deu_head_with_header.tsv": (
        "1\t2\r\nGo.\tGeh.\r\nHi.\tHallo!\r\nHi.\tGrüß Gott!\r\nRun!\tLauf!\r\nRun".encode(),
        ["1 line cannot be used", "line 6: expected source and target separated by a tab, found 'Run'"],
        {"skip_bad": True}, [("Go.", "Geh."), ("Hi.", "Hallo!"), ("Hi.", "Grüß Gott!"), ("Run!", "Lauf!")]),
    "zero.tsv": ("Go.\t\u200b\nRun!\tC\0ours\n".encode(),
                 ["1 line cannot be used", "line 1: the target sentence is empty"],
                 {"skip_bad": True}, [("Run!", "Cours")]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_and_how_it_is_read(written, name):
    content, said, arguments, pairs = REFUSED[name]
    path = written(name, content)
    with pytest.raises(DataError) as error:
        load_pairs(path)
    assert all(text in str(error.value) for text in [name, *said])
    assert load_pairs(path, **arguments) == [Pair(*pair) for pair in pairs]


def test_blank_lines_in_both_of_two_files(written, capsys):
    files = written("blank.en", b"one\n\nthree\nfour\n"), written("blank.de", b"eins\nzwei\ndrei\n\n")
    with pytest.raises(DataError) as error:
        load_pairs(*files)
    assert [line.strip() for line in str(error.value).splitlines()[1:]] == [
        "line 2: the source sentence is empty (blank.en)", "line 4: the target sentence is empty (blank.de)",
        "Mend them, in both files: line n of one has to translate line n of the other, or leave them out with "
        "`skip_bad=True`."]
    assert load_pairs(*files, skip_bad=True) == [Pair("one", "eins"), Pair("three", "drei")]
    assert "2 lines of no use, and left out" in capsys.readouterr().out


def test_hindi_vowels_are_five_sentences(written):
    pairs = load_pairs(written("hindi_vowels.tsv", FILES["hindi_vowels.tsv"][0]))
    assert len({normalise(pair.source) for pair in pairs}) == 5
