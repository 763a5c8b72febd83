"""Arabic hours and minutes that are said in words, in figures: "قبل السادسة" becomes "قبل 6", "عشر دقايق" "10 دقايق".

The numbers of the written language and of everyday speech from Baghdad to Casablanca. A number is only read where an
hour or minutes are plainly meant, so "الثانية" stays the second one unless a "before" or "o'clock" stands in front.
"""

import re

from sms.folding import folded

_COUNTED = {
    2: "ثنتين اثنين تنتين اتنين جوج", 3: "ثلاث ثلاثه تلات تلاته", 4: "اربع اربعه", 5: "خمس خمسه", 6: "ست سته",
    7: "سبع سبعه", 8: "ثمان ثمانيه تمان تمانيه ثماني تمنيه", 9: "تسع تسعه تسعود", 10: "عشر عشره",
    11: "احدعش حداشر حدعش حداش احداعش", 12: "اثنعش اثناعش اطنعش اتناشر طنعش طناش تناشر",
}  # fmt: skip
_ORDINAL = {
    1: "الواحده", 2: "الثانيه التانيه", 3: "الثالثه التالته", 4: "الرابعه", 5: "الخامسه", 6: "السادسه السادسة",
    7: "السابعه", 8: "الثامنه التامنه", 9: "التاسعه", 10: "العاشره",
}  # fmt: skip
_MORE_MINUTES = {
    15: "خمسطعش خمستعش خمستعشر خمستاشر خمسطاشر خمصطاش", 20: "عشرين عشرون", 30: "ثلاثين تلاتين ثلاثون",
    40: "اربعين", 45: "خمسه_واربعين خمس_واربعين", 25: "خمسه_وعشرين خمس_وعشرين",
}  # fmt: skip


def _by_word(*numbers: dict[int, str]) -> dict[str, int]:
    return {
        folded(word).replace("_", " "): number
        for one in numbers
        for number, words in one.items()
        for word in words.split()
    }


def _any(words: dict[str, int]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_MINUTES = _by_word(_COUNTED, _MORE_MINUTES)
_HOURS = _by_word(_COUNTED, _ORDINAL)
_ARABIC = re.compile("[\u0620-\u064a]")
_UNTIL = re.compile(
    rf"(?<!\w)لل(?=(?:{_any({word.removeprefix('ال'): at for word, at in _by_word(_ORDINAL).items()})})(?!\w))"
)
"""Until, written into the hour."""
_OF_MINUTES = re.compile(rf"(?<!\w)(ب?)({_any(_MINUTES)})(?=\s(?:دقيقه|دقاي?[قك]|دقايق|دقائق|دقاءق)(?!\w))")
_PARTS = {"ربع": 15, "نص": 30, "نصف": 30, "ثلث": 20, "تلت": 20}
_OF_AN_HOUR = re.compile(r"(?<!\w)(?:ب|ل)?(ربع|نصف|نص|ثلث|تلت)\sساعه(?!\w)")
_HOUR = re.compile(
    rf"(?<!\w)((?:ال|ب|لل|بال)?ساعه\s|(?:قبل|بعد|من|الي|حتي|لحد|لغايه|بين)\s(?=ال))?"
    rf"({_any(_HOURS)}|\d{{1,2}})(?:\s(ونصف|ونص|وربع|وثلث|وتلت|الا\sربع))?(?!\w)"
)


def in_arabic(text: str) -> str:
    """`text` folded, with its hours and minutes in figures; as it came where it says none in words."""
    if not _ARABIC.search(text):
        return text
    typed = folded(text)
    said = _UNTIL.sub("الي ال", typed)
    said = _OF_AN_HOUR.sub(lambda found: f"{_PARTS[found[1]]} دقيقه", said)
    said = _OF_MINUTES.sub(lambda found: f"{found[1]} {_MINUTES[found[2]]}", said)
    said = _HOUR.sub(_o_clock, said)
    return text if said == typed else said


def _o_clock(found: re.Match[str]) -> str:
    before, said, more = found[1], found[2], found[3]
    counted = said.isdigit()
    if not before and not (counted and more):
        return found[0]
    hour = int(said) if counted else _HOURS[said]
    if not 1 <= hour <= 12:
        return found[0]
    minutes = _PARTS.get((more or "").removeprefix("و"), 0)
    if more and more.startswith("الا"):
        hour, minutes = (hour - 2) % 12 + 1, 45
    return f"{before or ''}{hour}:{minutes:02}" if minutes else f"{before or ''}{hour}"
