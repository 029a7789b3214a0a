"""Lesson 14, two numbers in a byte: what learners write instead. Used by `lesson_14`."""
from functools import partial

import torch

from classroom.judge.exercise import Misconception
from course._words import later

# What a digit may be made by, in place of adding 8.
_DIGITS = {
    "magnitude": torch.abs, "magnitude, 8": lambda x: x.abs() + 8, "from 0": lambda x: x.clamp(min=0) + 8,
    "remainder": lambda x: x % 8, "sign and magnitude": lambda x: x.abs() + 8 * (x < 0),
}


def _pack(q, plus=8, base=16, pairs="neighbours", order="first high", keep="both", kind=torch.uint8, join="add"):
    """`pack` with switches."""
    n_in = q.shape[1]
    first, second = {
        "neighbours": lambda: (q[:, 0::2], q[:, 1::2]), "halves": lambda: (q[:, :n_in // 2], q[:, n_in // 2:]),
        "rows": lambda: (q[0::2], q[1::2]), "backwards": lambda: (q.flip(1)[:, 0::2], q.flip(1)[:, 1::2]),
        "below": lambda: tuple(q.T.reshape(-1, 2)[:, i].reshape(len(q), -1) for i in (0, 1)),
        "overlapping": lambda: (q[:, :n_in // 2], q[:, 1:n_in // 2 + 1]),
        "all neighbours": lambda: (q[:, :-1], q[:, 1:]),
        "twice the first": lambda: (q[:, 0::2], q[:, 0::2]), "twice the second": lambda: (q[:, 1::2], q[:, 1::2]),
    }[pairs]()
    if order == "first low":
        first, second = second, first
    first, second = first.long(), second.long()
    if plus == "bits":
        first, second = first & 15, second & 15
    elif plus in _DIGITS:
        first, second = _DIGITS[plus](first), _DIGITS[plus](second)
    elif plus == "first":
        first = first + 8
    elif plus == "second":
        second = second + 8
    else:
        first, second = first + plus, second + plus
    if keep == "cut":                          # a first digit that has been pushed out of its 8 bits
        first = torch.zeros_like(first)
    byte = {"both": lambda: base * first + second, "cut": lambda: base * first + second, "first": lambda: base * first,
            "second": lambda: second, "one": lambda: first}[keep]()
    if join == "multiply":
        byte = first * second
    elif join == "beside":
        byte = torch.cat([first, second], dim=1)
    elif join == "sum":
        byte = first + second
    elif join == "shifted by the sum":
        byte = first << (4 + second).clamp(max=40)
    elif join == "sum moved":
        byte = base * (first + second)
    elif join == "8 not moved":
        byte = base * (first - 8) + 8 + second
    elif join == "8 not moved, or":
        byte = base * (first - 8) + 8 | second
    elif join == "or":
        byte = base * first | second
    elif join == "and":
        byte = base * first & second
    elif join == "squared":
        byte = first ** 2 + second
    elif join == "cut off below 0":
        byte = byte.to(torch.int8).clamp(min=0)
    elif join == "magnitude":
        byte = byte.to(torch.int8).abs()
    elif join == "limited":
        byte = byte.clamp(max=127)
    elif join == "last left out":
        byte[:, -1] = 0
    return byte.to(kind)


def _with_a_limit_outside_of_int8(q):
    return (16 * (q[:, 0::2] + 8) + (q[:, 1::2] + 8)).clamp(0, 255)


def _wrong(slug, says, why, look, **switches):
    return Misconception(slug, partial(_pack, **switches), says, why, look)


_BYTE = "Byte j of a row is to hold its numbers 2j and 2j + 1: 16 · (first + 8) + (second + 8)."

PACKED = [
    _wrong("two-numbers-exchanged", "Your bytes are exactly the right ones with the two numbers exchanged.",
           later("{byte} Both orders are in use; whoever unpacks has to know which one it is.", byte=_BYTE),
           "Which of the two do you multiply by 16?", order="first low"),
    _wrong("halves-not-neighbours", "Your bytes are exactly what comes out when the first half of a row is paired with "
           "its second half.", _BYTE, "Which number stands beside number 0 in your byte 0?", pairs="halves"),
    _wrong("pairs-overlap", "Your bytes are exactly what comes out when byte j is made of the numbers j and j + 1.",
           later("{byte} Yours has some numbers twice, and others not at all.", byte=_BYTE),
           "Which numbers are in your byte 1?", pairs="overlapping"),
    _wrong("pairs-overlap", "Your bytes are exactly what comes out when there is a byte for each number and the one "
           "after it: one byte fewer than numbers.", later("{byte} Each number belongs to one byte only.", byte=_BYTE),
           "How far do you move from one pair to the next?", pairs="all neighbours"),
    _wrong("rows-paired", "Your bytes are exactly what comes out when numbers are paired that stand below each other, "
           "down one column after the other.", later("{byte} A row has its own scale.", byte=_BYTE),
           "Is there a transpose before your numbers are paired?", pairs="below"),
    _wrong("xor-for-power", "Your bytes are exactly what comes out when the first digit is multiplied by 6, not by 16.",
           later("{byte} In Python `2 ^ 4` is 6, and a power is `2 ** 4`.", byte=_BYTE),
           "By what is your first digit multiplied?", base=6),
    _wrong("rows-paired", "Your bytes are exactly what comes out when rows are paired, 0 with 1, 2 with 3.",
           later("{byte} A row has its own scale, and an odd number of rows could not be paired.", byte=_BYTE),
           "Does your `0::2` stand before the comma or behind it?", pairs="rows"),
    _wrong("not-shifted", "Your bytes are exactly what comes out when nothing is added to the numbers.",
           later("{byte} Without it the numbers below 0 take away from their neighbours.", byte=_BYTE),
           "What are the digits of −7 and 7?", plus=0),
    _wrong("two's-complement", "Your bytes are exactly the lowest four bits of each number, as they are.",
           later("{byte} Four bits as they are would do as well, and are in use; but then −1 is 15, and whoever "
                 "unpacks has to know it.", byte=_BYTE), "Where is 8 added?", plus="bits"),
    *(_wrong("another-shift", later("Your bytes are exactly what comes out when {plus} is added to the numbers, not "
                                    "8.", plus=plus),
             _BYTE, "What does your code make of 0?", plus=plus) for plus in (7, 9, 1)),
    _wrong("another-shift", "Your bytes are exactly what comes out when 8 is subtracted from the numbers.", _BYTE,
           "What does your code make of 0?", plus=-8),
    *(_wrong("one-shifted", says, _BYTE, "To which of the two is 8 added?", plus=plus) for plus, says in (
        ("first", "Your bytes are exactly what comes out when 8 is added to the first number of a byte alone."),
        ("second", "Your bytes are exactly what comes out when 8 is added to the second number of a byte alone."))),
    *(_wrong("signs-lost", says, later("{byte} −3 and 3 must stay apart.", byte=_BYTE), "What do −3 and 3 become?",
             plus=plus) for plus, says in (
                 ("magnitude", "Your bytes are exactly those of the magnitudes."),
                 ("magnitude, 8", "Your bytes are exactly those of the magnitudes, each plus 8."))),
    _wrong("nothing-below-0", "Your bytes are exactly what comes out when every number below 0 is taken for 0.",
           later("{byte} −3 and 0 must stay apart.", byte=_BYTE), "What do −3 and 0 become?", plus="from 0"),
    _wrong("remainders", "Your bytes are exactly what comes out when the digits are the remainders of a division by 8.",
           later("{byte} −3 and 5 leave the same remainder, so that nobody could tell them apart.", byte=_BYTE),
           "What do −3 and 5 become?", plus="remainder"),
    _wrong("sign-and-magnitude", "Your bytes are exactly what comes out when 8 is added to the magnitudes of the "
           "numbers below 0 alone.", later("{byte} A bit for the sign would do as well, but whoever unpacks has to "
                                           "know it.", byte=_BYTE), "To which numbers is 8 added?",
           plus="sign and magnitude"),
    *(_wrong("brackets-missing", "Your bytes are exactly 16 times the first number, plus the second number, plus 16.",
             later("{byte} `*` binds more tightly than `+`: without brackets a number is multiplied alone.",
                   byte=_BYTE), "What do you add to each of the two numbers, and when?", **switch)
      for switch in ({"join": "8 not moved"}, {"plus": 16})),
    _wrong("brackets-missing", "Your bytes are exactly 16 times the first number, plus 8, joined by `|` with the "
           "second number plus 8.", later("{byte} `*` binds more tightly than `+`: without brackets a number is "
                                   "multiplied alone.", byte=_BYTE), "What do you add to each of the two numbers, and "
                                                                     "when?",
           join="8 not moved, or"),
    *(_wrong("another-base", later("Your bytes are exactly what comes out when the first number is multiplied by "
                                   "{base}.", base=base),
             later(why, byte=_BYTE, base=base), "How many values does a digit of four bits have?", base=base)
      for why, bases in (
          ("{byte} Four bits have 16 values, and so the first digit counts 16s. With {base}, different pairs of "
           "numbers make the same byte.", (8, 10, 4, 2, 32, 128)),
          ("{byte} Four bits have 16 values, and so the first digit counts 16s. Whoever unpacks divides by 16.", (15,)))
      for base in bases),
    *(_wrong("another-base", later("Your bytes are exactly what comes out when the first number is moved to the left "
                                   "by {places} places, and joined with the second one by `|`.", places=places),
             later("{byte} A digit to the base 16 takes four bits; with fewer places the two digits run into each "
                   "other.",
                   byte=_BYTE), "How many bits does a digit from 0 to 15 need?", base=2 ** places, join="or")
      for places in (3, 2)),
    _wrong("not-moved", "Your bytes are exactly what comes out when `|` joins the two numbers, each plus 8, and "
           "neither of them is moved.", later("{byte} Yours lie on top of each other, in the same four "
                                              "bits.", byte=_BYTE),
           "Where does the 16 come in?", base=1, join="or"),
    _wrong("squared", "Your bytes are exactly what comes out when the first number, plus 8, is squared.",
           later("{byte} Only for 16 is the square the same as 16 times the number.", byte=_BYTE),
           "What does `**` do?", join="squared"),
    _wrong("nothing-left", "Your bytes are all 0.",
           later("{byte} The smallest one that can come out is 16 · 1 + 1 = 17. `&` keeps only the bits that both "
                 "numbers have; a digit that was moved by four places has none of those of the other.", byte=_BYTE),
           "In which line do your bytes become 0, and how are the two digits of a byte joined there?", join="and"),
    _wrong("pushed-out", "Your bytes are exactly the second numbers, plus 8: nothing is left of the first ones.",
           later("{byte} The first digit belongs in the upper four bits. Moved by 8 places to the left, or by 4 to "
                 "the right, it is no longer in the byte.", byte=_BYTE),
           "Does your line use the first numbers? If so, in which direction are they moved, and how far?", keep="cut"),
    _wrong("last-pair-left-out", "Your bytes are exactly the right ones, but the last one of each row is 0.",
           later("{byte} The last pair of a row is one like all others.", byte=_BYTE),
           "At which number does your loop end, and which one is the first that it does not reach?",
           join="last left out"),
    _wrong("first-only", "Your bytes are exactly the right ones without the second numbers.", _BYTE,
           "Where does `q[:, 1::2]` come in?", keep="first"),
    _wrong("not-moved", "Your bytes are exactly the first numbers, plus 8.", _BYTE,
           "Where does `q[:, 1::2]` come in, and the 16?", keep="one"),
    *(_wrong("the-same-twice", says, _BYTE, "Are your two slices different ones?", pairs=pairs) for pairs, says in (
        ("twice the first", "Your bytes are exactly what comes out when the first number of each pair stands in both "
                            "places."),
        ("twice the second", "Your bytes are exactly what comes out when the second number of each pair stands in both "
                             "places."))),
    _wrong("added-up", "Your bytes are exactly the sums of the two numbers, each plus 8.",
           later("{byte} From a sum nobody can tell what the two were.",
                 byte=_BYTE), "Where does the 16 come in?", join="sum"),
    _wrong("plus-before-the-shift", "Your bytes are exactly what comes out when the first number plus 8 is moved to "
           "the left by 4 + (second + 8) places.", later("{byte} In Python `+` binds more tightly than `<<`.",
                                                         byte=_BYTE), "Where must brackets stand?",
           join="shifted by the sum"),
    _wrong("plus-before-the-shift", "Your bytes are exactly 16 times the sum of the two numbers, each plus 8.",
           later("{byte} In Python `+` binds more tightly than `<<`, and `*` more tightly than `+`.", byte=_BYTE),
           "Where must brackets stand?", join="sum moved"),
    _wrong("multiplied", "Your bytes are exactly the products of the two numbers, each plus 8.",
           later("{byte} From a product nobody can tell what the two were.",
                 byte=_BYTE), "Where does the 16 come in?", join="multiply"),
    _wrong("beside-each-other", "Your result is exactly the numbers plus 8, first ones and second ones side by side: "
           "as many bytes as before.", later("{byte} That makes half as many bytes as numbers.", byte=_BYTE),
           "Are the two put into one number anywhere?", join="beside"),
    _wrong("backwards", "Your bytes are exactly those of the row read from its end.", _BYTE,
           "In which order does your code go through a row?", pairs="backwards"),
    _wrong("overflowed", "Your bytes are exactly the right ones, put into int8: those above 127 have become negative.",
           "A byte of two digits goes up to 255. int8 ends at 127, uint8 at 255.",
           "Which dtype does your result have?", kind=torch.int8),
    *(_wrong("overflowed", says, "int8 ends at 127. A byte of two digits goes up to 255, and in int8 what is above 127 "
             "starts again from −128.", "Which dtype do your numbers have when they are multiplied by 16?", join=join)
      for join, says in (
          ("cut off below 0", "Your bytes are exactly the right ones up to 127, and 0 in the place of those above: "
                              "what comes out when they are put into int8 first, and cut off at 0."),
          ("magnitude", "Your bytes are exactly what comes out when the right ones are put into int8, and their signs "
                        "are taken away."))),
    _wrong("overflowed", "Your bytes are exactly the right ones, cut off at 127.", later(
        "{byte} That goes up to 255, and uint8 has room for it.", byte=_BYTE),
           "Where does a limit of int8 stand in your code?", join="limited"),
    Misconception("overflowed", _with_a_limit_outside_of_int8, "Your code names a number outside of int8, as a limit "
                  "for example, for a tensor that is still int8.", "int8 goes from −128 to 127. A number beyond that "
                  "cannot be put beside one of int8, and PyTorch says so. And what int8 had no room for before this "
                  "line has turned into another number already.", "Which dtype does the tensor of this line have, and "
                  "which one should it have had before it was multiplied by 16?"),
]
