"""Texts that say somebody is in danger: "emergency", "fire on the bus". Never searched for among prepared answers.

Only where nothing else is said: "new emergency contact" is no alarm, and a false one takes a person from a real one.
"""

from collections.abc import Mapping
from functools import cache

from sms.folding import tokens

_PHRASES: Mapping[str, str] = {
    "en": """emergency, this is an emergency, its an emergency, it's an emergency, it is an emergency, 911, call 911,
        fire, fire on the bus, there is a fire on the bus, the bus is on fire, bus is on fire, bus on fire,
        smoke on the bus, the bus crashed, bus crashed, my child is hurt, my kid is hurt, my son is hurt,
        my daughter is hurt, my child is bleeding, my kid is bleeding, my child is in danger, my kid is in danger,
        in danger, gun on the bus, someone has a gun, somebody has a gun, a kid has a gun, someone has a knife,
        kidnapped, someone took my child, someone took my son, someone took my daughter""",
    "es": """emergencia, es una emergencia, llamen al 911, fuego, fuego en el bus, fuego en el autobús,
        incendio en el bus, incendio en el autobús, se quema el bus, el bus se está quemando,
        el autobús se está quemando, el bus chocó, el autobús chocó, chocó el bus, mi hijo está herido,
        mi hija está herida, mi hijo está sangrando, mi hijo está en peligro, mi hija está en peligro,
        alguien tiene una pistola, alguien tiene un arma, secuestraron a mi hijo, secuestraron a mi hija""",
    "ht": """ijans, se yon ijans, rele 911, dife nan bis la, bis la pran dife, bis la fè aksidan, pitit mwen blese,
        pitit mwen an danje, yon moun gen zam""",
    "kea": """emerjénsia, e un emerjénsia, txoma 911, fogu na autokaru, autokaru sta ta kema, autokaru bate,
        nha fidju sta firidu, nha fidju sta na prigu""",
    "vi": """khẩn cấp, cấp cứu, gọi 911, cháy xe, xe buýt cháy, xe buýt bị cháy, xe buýt bị tai nạn,
        con tôi bị thương, con tôi gặp nguy hiểm, có người có súng""",
    "zh": """紧急, 紧急情况, 緊急, 緊急情況, 救命, 打911, 校车着火了, 车着火了, 校車著火了, 校车出车祸了, 出车祸了,
        孩子受伤了, 我的孩子受伤了, 孩子有危险, 有人有枪, 有人带枪""",
    "pt": """emergência, é uma emergência, chame 911, fogo no ônibus, o ônibus está pegando fogo, o ônibus bateu,
        meu filho está ferido, minha filha está ferida, meu filho está em perigo, minha filha está em perigo,
        alguém tem uma arma""",
    "so": """xaalad degdeg ah, degdeg, wac 911, dab baa ka kacay baska, baska wuu gubanayaa, baska shil ayuu galay,
        ilmahaygii wuu dhaawacmay, ilmahaygu khatar ayuu ku jiraa, qof qori wata""",
    "fr": """urgence, c'est une urgence, au secours, appelez le 911, le bus brûle, le bus est en feu,
        feu dans le bus, le bus a eu un accident, mon fils est blessé, ma fille est blessée, mon enfant est blessé,
        mon enfant est en danger, quelqu'un a une arme""",
    "ar": """طوارئ, حالة طوارئ, حالة طارئة, النجدة, حريق في الحافلة, حريق في الباص, الباص يحترق, الحافلة تحترق,
        ابني مصاب, ابنتي مصابة, ابني في خطر, ابنتي في خطر, شخص معه سلاح""",
}
"""By language; no native speaker has read those of the others than English."""
_AROUND = frozenset({"please", "help", "now", "hurry", "hello", "ayuda", "porfavor", "omg"})


def is_danger(text: str) -> bool:
    """Whether a text is a cry for help and nothing else."""
    words = tokens(text)
    return words in _dangers() or tuple(word for word in words if word not in _AROUND) in _dangers()


@cache
def _dangers() -> frozenset[tuple[str, ...]]:
    return frozenset(tokens(phrase) for phrases in _PHRASES.values() for phrase in phrases.split(","))
