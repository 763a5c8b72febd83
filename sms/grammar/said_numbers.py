"""Numbers that are said in words, as people dictate them: times of day, minutes and choices in figures.

In Chinese and Vietnamese "六点半" becomes "6点30", "bảy giờ kém mười" becomes "6h50". Words that only look like a
number stay as they are: "一点" is also a little, "十分" very, "bay gio" now. In the other languages but Arabic minutes
are read so, "ten minutes", "un quart d'heure", and in English, Spanish, Portuguese and French hours where the words
around say that it is one: "after nine", "a las siete y media", "sept heures". "Las dos niñas" are no hour.
"""

import re
import unicodedata

_DIGITS = {
    sign: value
    for value, signs in enumerate(("零〇", "一", "二两兩", "三", "四", "五", "六", "七", "八", "九"))
    for sign in signs
}
_NUMBER = r"[零〇一二两兩三四五六七八九十廿卅]{1,4}"
_O_CLOCK = re.compile(rf"({_NUMBER}|\d{{1,2}})\s?[点點](?:\s?(半)|\s?([一三])刻|\s?({_NUMBER})分?)?(?:钟|鐘)?")
_MINUTES = re.compile(rf"({_NUMBER})(?=\s?分[钟鐘])")
_NUMBERED = re.compile(rf"(?!一路)({_NUMBER})(?=[号號]|路(?![上口线線]))")
_PART_OF_AN_HOUR = re.compile(r"(?:(半|一)\s?[个個]?\s?(?:小时|小時|钟头|鐘頭)|半[个個][钟鐘]|一刻[钟鐘])(?![后後])")
_PICKED = re.compile(r"第\s?([一二三])(?![年学學次天班])")
_ALONE = re.compile(r"\W*([一二三])\W*")
_OF_DAY = re.compile(r"(?:[早晚]上|[上中下]午|夜晚|夜里|夜裡|凌晨|傍晚|朝早|[今明][早晚]|[听聽]朝|今朝)\s?")

_ONES = {
    "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5, "sáu": 6, "bảy": 7, "bẩy": 7,
    "tám": 8, "chín": 9, "mot": 1, "bon": 4, "nam": 5, "lam": 5, "tam": 8, "chin": 9,
}  # fmt: skip
"""Without "sau" and "bay", which are also after and, in "bay gio", now."""
_ONE = "|".join(sorted(_ONES, key=len, reverse=True))
_TEN = r"mười|mươi|muoi"
_SPOKEN = rf"(?:(?:(?:{_ONE})\s)?(?:{_TEN})(?:\s(?:{_ONE}))?|(?:{_ONE})\s(?:lăm|lam)|(?:{_ONE}))"
_GIO = r"(?:giờ|gio|g|h)"
_REST = rf"(?:\s?(rưỡi|ruoi)|\s(kém|kem)\s(\d{{1,2}}|{_SPOKEN})|\s?(\d{{2}})|\s({_SPOKEN}))"
_GIO_TIME = re.compile(
    rf"(?<!\w)(\d{{1,2}}|{_SPOKEN})\s?{_GIO}(?:{_REST}(?!\w)(?!\s(?:đứa|dua|em|bé|be|con|cháu|chau|trạm|xe)))?(?:\s?phút)?(?!\w)"
)
_PHUT = re.compile(rf"(?<!\w)({_SPOKEN})(?=\s(?:phút|phut)(?!\w))")
_BEFORE_P, _BEHIND_P = ("trước", "truoc", "trc", "cách", "cach", "còn", "con"), "nữa|nua|nx|trước|truoc|trc|thì|thi"
_P = re.compile(
    rf"(?<![\w:.])(\d{{1,2}})\s?(?:p|ph)(?=\s(?:{_BEHIND_P})(?!\w))"
    rf"|(?:{'|'.join(f'(?<=(?<!.){one} )|(?<= {one} )' for one in _BEFORE_P)})(\d{{1,2}})\s?(?:p|ph)(?!\w)"
)
_HALF_AN_HOUR = re.compile(r"(?<!\w)(?:nửa|nua)\s(?:tiếng|tieng|giờ|gio)(?!\w)")

_MINUTES_SAID = {
    "five": 5, "ten": 10, "fifteen": 15, "twenty": 20, "thirty": 30, "cinco": 5, "diez": 10, "dez": 10, "quince": 15,
    "quinze": 15, "veinte": 20, "vinte": 20, "treinta": 30, "trinta": 30, "cinq": 5, "dix": 10, "vingt": 20,
    "trente": 30, "senk": 5, "dis": 10, "kenz": 15, "ven": 20, "trant": 30, "sinku": 5, "des": 10, "kinzi": 15,
    "vinti": 20, "shan": 5, "toban": 10, "labaatan": 20, "soddon": 30,
}  # fmt: skip
"""English, Spanish, Portuguese, French, Haitian Creole, Cabo Verdean Creole and Somali."""
_WORD_MINUTES = re.compile(
    rf"(?<![\w-])({'|'.join(_MINUTES_SAID)})(?=\s(?:mi?n|min(?:ut(?:e|o)?)?s|minut[eiou]?|minit|daqiiqo|daqiiqad\w*)(?!\w))"
)
_QUARTER = re.compile(
    r"(?<!\w)(?:a quarter (?:of an )?hour|(?:un )?cuarto de hora|(?:um )?quarto de hora|(?:un )?quart d['’ ]?heure"
    r"|(?:en|yon|on)? ?kar d?[eè])(?!\w)"
)
_HALF = re.compile(
    r"(?<!\w)(?:half an? hour|half hour|media hora|meia hora|(?:une )?demi[ -]?heure|demi ?[eè]|demi lè)(?!\w)"
)

_HOURS_SAID = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "una": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7,
    "ocho": 8, "nueve": 9, "diez": 10, "once": 11, "doce": 12, "uma": 1, "duas": 2, "três": 3, "quatro": 4, "sete": 7,
    "oito": 8, "nove": 9, "dez": 10, "onze": 11, "doze": 12, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5,
    "sept": 7, "huit": 8, "neuf": 9, "dix": 10, "douze": 12,
}  # fmt: skip
_HOUR_SAID = "|".join(_HOURS_SAID)
_END = r"\s*(?:[.,;:!?)]|$)"
_HALF_OF_DAY = r"\s?(?:[ap]\.?m\b|o['’ ]?clock|thirty\b|in the (?:morning|evening|after)|at night)"
_IN_SPANISH = r"\s(?:y (?:media|cuarto)|menos|de la|en punto|[ap]\.?m\b|a (?:la|seis|siete|ocho)|hasta)"
_IN_PORTUGUESE = r"\s(?:e (?:meia|quinze)|da|em ponto|horas?|[aà]s|at[eé])\b"
_WORD_HOURS = re.compile(
    # No noun follows that is counted: "nine pm", "after nine", "from nine to six"; and "to one" is to anybody.
    rf"(?<![\w-])(?P<of_day>{_HOUR_SAID})(?={_HALF_OF_DAY})"
    rf"|(?<!\w)(?:at|after|before|until|till?|to|from|by|between|and|past)\s(?P<at>(?!one\b){_HOUR_SAID})"
    rf"(?={_END}|\s(?:to|until|till?|and|every)\s)"
    rf"|(?<!\w)(?:las?|de|a)\s(?P<a_las>{_HOUR_SAID})(?={_END}|{_IN_SPANISH})"
    rf"|(?<!\w)(?:[aà]s|das|à)\s(?P<as>{_HOUR_SAID})(?={_END}|{_IN_PORTUGUESE})"
    rf"|(?<![\w-])(?P<heures>{_HOUR_SAID})(?=\sheures?\b)"
)
_HALF_PAST = re.compile(r"(?<![\d:])(\d{1,2})(?:\s?h(?:eures?|oras?)?)?\s(?:[ei] meia|y media|et demie?|thirty)(?!\w)")
_QUARTER_PAST = re.compile(r"(?<![\d:])(\d{1,2})(?:\s?h(?:eures?|oras?)?)?\s(?:e quinze|y cuarto|et quart)(?!\w)")
_PAST = re.compile(r"(?<!\w)(half|a quarter|quarter) past (\d{1,2})(?!\d)")
_MIDNIGHT = re.compile(r"(?<!\w)(?:midnight|(?:la )?media ?noche|meia[ -]noite|minuit)(?!\w)")


def with_figures(text: str) -> str:
    """`text` with the numbers of hours, minutes, buses and choices as figures. Any other text comes back as it is."""
    composed = unicodedata.normalize("NFC", text)
    if any("\u4e00" <= letter <= "\u9fff" for letter in composed):
        return _in_chinese(composed)
    lowered = composed.casefold()
    said = _GIO_TIME.sub(_at_gio, lowered)
    said = _PHUT.sub(lambda match: str(_spoken(match[1])), said)
    said = _P.sub(lambda match: f"{match[1] or match[2]} phút", _HALF_AN_HOUR.sub("30 phút", said))
    said = _WORD_MINUTES.sub(lambda match: str(_MINUTES_SAID[match[1]]), said)
    said = _HALF.sub("30 min", _QUARTER.sub("15 min", _with_hours(said)))
    return text if said == lowered else said


def _with_hours(text: str) -> str:
    """Hours said in words as figures: "nine pm" as 9 pm, "siete y media" as 7:30, midnight as 12 am."""
    said = _WORD_HOURS.sub(_hour_of, text)
    said = _QUARTER_PAST.sub(r"\1:15", _HALF_PAST.sub(r"\1:30", said))
    said = _PAST.sub(lambda match: f"{match[2]}:{'30' if match[1] == 'half' else '15'}", said)
    return _MIDNIGHT.sub("12 am", said)


def _hour_of(match: re.Match[str]) -> str:
    word = match[match.lastgroup or 0]
    return match[0].removesuffix(word) + str(_HOURS_SAID[word])


def _in_chinese(text: str) -> str:
    if (alone := _ALONE.fullmatch(text)) is not None:
        return str(_DIGITS[alone[1]])
    said = _O_CLOCK.sub(_o_clock, text)
    said = _PART_OF_AN_HOUR.sub(_minutes_of, said)
    for pattern in (_MINUTES, _NUMBERED):
        said = pattern.sub(lambda match: _counted(match[1]), said)
    return _PICKED.sub(lambda match: f"第{_DIGITS[match[1]]}", said)


def _o_clock(match: re.Match[str]) -> str:
    hour, half, quarter, minute = match.groups()
    # "早一点" is a little earlier, and so is "一点" after most words but those for a part of the day.
    of_day = any(found.end() == match.start() for found in _OF_DAY.finditer(match.string))
    exact = half or quarter or minute or match[0].endswith(("钟", "鐘"))
    if hour == "一" and not exact and not of_day:
        return match[0]
    past = (
        "30" if half else {"一": "15", "三": "45"}[quarter] if quarter else _counted(minute).zfill(2) if minute else ""
    )
    return f"{_counted(hour)}点{past}"


def _minutes_of(match: re.Match[str]) -> str:
    if match[1] == "一":
        return "60分钟"
    return "15分钟" if match[0].startswith("一") else "30分钟"


def _counted(number: str) -> str:
    """`十五` as 15, `二十` as 20, `四五` as the 45 of a clock."""
    if number.isdigit() and number.isascii():
        return number
    plain = number.replace("廿", "二十").replace("卅", "三十")
    tens, ten, ones = plain.partition("十")
    if not ten:
        return str(int("".join(str(_DIGITS[sign]) for sign in plain)))
    return str((_DIGITS[tens[0]] if tens else 1) * 10 + (_DIGITS[ones[-1]] if ones and ones[-1] in _DIGITS else 0))


def _at_gio(match: re.Match[str]) -> str:
    hour, half, less, minutes_less, figures, minutes = match.groups()
    at = _spoken(hour) * 60
    if half:
        at += 30
    elif less:
        at -= _spoken(minutes_less)
    elif past := figures or minutes:
        at += _spoken(past)
    else:
        return f"{_spoken(hour)}h"
    return f"{at // 60}h{at % 60:02}"


def _spoken(number: str) -> int:
    """`mười lăm` as 15, `hai mươi` and `hai lăm` as 20 and 25."""
    if number.isdigit():
        return int(number)
    words = number.split()
    tens = next((at for at, word in enumerate(words) if word in _TEN.split("|")), None)
    if tens is None:
        values = [_ONES[word] for word in words]
        return values[0] if len(values) == 1 else 10 * values[0] + values[1]
    return 10 * (_ONES[words[0]] if tens else 1) + (_ONES[words[-1]] if tens < len(words) - 1 else 0)
