"""Scripts that write words without blanks between them, such as Chinese: characters as tokens."""
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from tokenizers import Tokenizer, decoders, models

from course._words import say
from course.tokens import Subwords

__all__ = ["SpacedSubwords", "join_characters", "space_characters"]

# Ideographs with their extensions, and kana. Punctuation is cut off by `Subwords` already.
_WIDE = r"[\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_HANGUL = r"[\uac00-\ud7a3]"          # syllables; Korean has blanks between its words


def space_characters(sentence: str) -> str:
    """Put blanks between Chinese or Japanese characters, so that each becomes a word: "黑猫。" -> "黑 猫。"."""
    return re.sub(rf"(?<={_WIDE})(?=\w)|(?<=\w)(?={_WIDE})", " ", sentence)


def join_characters(sentence: str) -> str:
    """Take out the blanks beside such characters again: "黑 猫。" -> "黑猫。"."""
    return re.sub(rf"\s*({_WIDE})\s*", r"\1", sentence).strip()


class SpacedSubwords(Subwords):
    """Subwords for such scripts: every Chinese or Japanese character is a token of its own.

    Words of other scripts are cut as `Subwords` does, so that one vocabulary serves both languages. A Korean syllable
    costs one token at most; several that are common together may be one.
    """

    @classmethod
    def train(cls, sentences: Iterable[str], vocab_size: int = 2000) -> "SpacedSubwords":
        """Learn `vocab_size` subwords of several letters from `sentences`, or as many as there are.

        Single characters are not counted: Chinese has thousands. Those that come only once, or never, are written as
        their bytes in UTF-8, a token each (`<0xE7>`), so that nothing is lost.

        Raises:
            ValueError: if `vocab_size` is below 1, or there is no sentence.
        """
        if vocab_size < 1:
            raise ValueError(say("`vocab_size` counts the subwords beyond single characters: at least 1, got "
                                 "{vocab_size}", vocab_size=vocab_size))
        spaced = [unicodedata.normalize("NFC", space_characters(sentence)) for sentence in sentences]
        counts = Counter(character for sentence in spaced for character in sentence if not character.isspace())
        if not counts:
            raise ValueError(say("there is no sentence to learn subwords from"))
        alphabet = sorted(character for character, count in counts.items() if count > 1) or sorted(counts)
        rare = str.maketrans(dict.fromkeys(counts.keys() - set(alphabet), " "))
        learned = json.loads(super().train(
            [sentence.translate(rare) for sentence in spaced], 5 + len(alphabet) + vocab_size)._tokenizer.to_str())
        # A character between blanks is always one token with its mark, however rare: these merges come first.
        merges = [("▁", character) for character in alphabet if re.fullmatch(_WIDE, character)]
        merges += map(tuple, learned["model"]["merges"])
        # The mark of a word's first syllable costs nothing of its own: these come last.
        merges += [("▁", character) for character in alphabet if re.fullmatch(_HANGUL, character)]
        merges = list(dict.fromkeys(merges))
        tokens = [*learned["model"]["vocab"]][:4] + [f"<0x{byte:02X}>" for byte in range(256)]
        tokens += ["▁", *(c for c in alphabet if c != "▁"), *(first + second for first, second in merges)]
        tokenizer = Tokenizer.from_str(json.dumps(learned))
        tokenizer.model = models.BPE(
            {token: n for n, token in enumerate(dict.fromkeys(tokens))}, merges, unk_token="<unk>", byte_fallback=True)
        tokenizer.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Metaspace()])
        return cls(tokenizer)

    def encode(self, sentence: str) -> list[int]:
        """The ids of a sentence, without special tokens."""
        return super().encode(space_characters(sentence))

    def encode_all(self, sentences: Sequence[str]) -> list[list[int]]:
        """`encode` for many sentences at once, faster."""
        return super().encode_all([space_characters(sentence) for sentence in sentences])

    def decode(self, ids: Iterable[int]) -> str:
        """The sentence that the ids spell; special tokens are left out."""
        return join_characters(super().decode(ids))
