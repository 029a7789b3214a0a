"""Scripts that write words without blanks between them, such as Chinese: characters as tokens."""
import re
from collections.abc import Iterable, Sequence
from typing import cast

from course.tokens import Subwords

__all__ = ["SpacedSubwords", "join_characters", "space_characters"]

# Ideographs with their extensions, and kana. Punctuation is cut off by `Subwords` already.
_WIDE = r"[\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"


def space_characters(sentence: str) -> str:
    """Put blanks between Chinese or Japanese characters, so that each becomes a word: "黑猫。" -> "黑 猫。"."""
    return re.sub(rf"(?<={_WIDE})(?=\w)|(?<=\w)(?={_WIDE})", " ", sentence)


def join_characters(sentence: str) -> str:
    """Take out the blanks beside such characters again: "黑 猫。" -> "黑猫。"."""
    return re.sub(rf"\s*({_WIDE})\s*", r"\1", sentence).strip()


class SpacedSubwords(Subwords):
    """Subwords for such scripts: every Chinese or Japanese character is a token of its own.

    Words of other scripts are cut as `Subwords` does, so that one vocabulary serves both languages.
    """

    @classmethod
    def train(cls, sentences: Iterable[str], vocab_size: int = 2000) -> "SpacedSubwords":
        """Learn about `vocab_size` subwords from `sentences`; single characters are kept even beyond that."""
        return cast(SpacedSubwords, super().train(map(space_characters, sentences), vocab_size))

    def encode(self, sentence: str) -> list[int]:
        """The ids of a sentence, without special tokens."""
        return super().encode(space_characters(sentence))

    def encode_all(self, sentences: Sequence[str]) -> list[list[int]]:
        """`encode` for many sentences at once, faster."""
        return super().encode_all([space_characters(sentence) for sentence in sentences])

    def decode(self, ids: Iterable[int]) -> str:
        """The sentence that the ids spell; special tokens are left out."""
        return join_characters(super().decode(ids))
