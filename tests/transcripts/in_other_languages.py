"""The same needs in nine languages: the bus, a late bus, a person, a setting, leaving; and languages that change."""

from dataclasses import dataclass

from tests.transcripts import scenes
from tests.transcripts.script import FAMILIES, Conversation, Meanwhile, Says


@dataclass(frozen=True, slots=True)
class Phrases:
    """What a family types, in one language."""

    name: str
    """The language in English, for the headings."""
    where: str
    late: str
    tomorrow: str
    lost: str
    person: str
    thanks: str
    stop: str
    start: str


PHRASES = {
    "es": Phrases(
        "Spanish",
        where="dónde está la guagua",
        late="el bus viene tarde?",
        tomorrow="a qué hora pasa el bus mañana",
        lost="mi hijo dejó la mochila en el bus",
        person="quiero hablar con una persona",
        thanks="gracias",
        stop="no más mensajes por favor",
        start="START",
    ),
    "ht": Phrases(
        "Haitian Creole",
        where="kote bis la ye",
        late="eske bis la an reta",
        tomorrow="a kilè bis la ap pase demen",
        lost="pitit mwen bliye valiz li nan bis la",
        person="mwen vle pale ak yon moun",
        thanks="mèsi",
        stop="pa voye mesaj ankò",
        start="START",
    ),
    "kea": Phrases(
        "Cabo Verdean Creole",
        where="undi bus sta",
        late="bus sta atrazadu?",
        tomorrow="ki ora bus ta pasa manhan",
        lost="nha fidju skese mutxila na bus",
        person="N kre papia ku un algen",
        thanks="obrigadu",
        stop="ka nhos manda mas mensajen",
        start="START",
    ),
    "vi": Phrases(
        "Vietnamese",
        where="xe buýt đang ở đâu",
        late="xe có trễ không",
        tomorrow="ngày mai mấy giờ xe tới",
        lost="con tôi để quên cặp trên xe buýt",
        person="tôi muốn nói chuyện với người thật",
        thanks="cảm ơn",
        stop="đừng nhắn tin nữa",
        start="START",
    ),
    "zh": Phrases(
        "Chinese",
        where="校车在哪里",
        late="车晚点了吗",
        tomorrow="明天校车几点来",
        lost="孩子的书包忘在校车上了",
        person="我要找人工",
        thanks="谢谢",
        stop="不要再发短信了",
        start="START",
    ),
    "pt": Phrases(
        "Portuguese",
        where="onde está o ônibus",
        late="o onibus ta atrasado?",
        tomorrow="que horas o ônibus passa amanhã",
        lost="meu filho esqueceu a mochila no ônibus",
        person="quero falar com uma pessoa",
        thanks="obrigada",
        stop="não quero mais mensagens",
        start="START",
    ),
    "so": Phrases(
        "Somali",
        where="baska xagee joogaa",
        late="baska ma soo daahay",
        tomorrow="berri saacadee ayuu baska imanayaa",
        lost="wiilkaygu boorsadiisa ayuu baska kaga tagay",
        person="qof baan rabaa inaan la hadlo",
        thanks="mahadsanid",
        stop="ha ii soo dirin fariimo dambe",
        start="START",
    ),
    "fr": Phrases(
        "French",
        where="où est le bus",
        late="le bus est en retard ?",
        tomorrow="a quelle heure passe le bus demain",
        lost="mon fils a oublié son sac dans le bus",
        person="je veux parler à quelqu'un",
        thanks="merci",
        stop="arrêtez les messages svp",
        start="START",
    ),
    "ar": Phrases(
        "Arabic",
        where="وين الباص",
        late="الباص متأخر؟",
        tomorrow="متى يجي الباص بكرا",
        lost="ابني نسي شنطته في الباص",
        person="بدي احكي مع شخص",
        thanks="شكرا",
        stop="لا ترسلوا رسائل بعد الآن",
        start="START",
    ),
}


def conversations() -> list[Conversation]:
    """Three in each language, and those in which the language itself is at stake."""
    played = []
    for code, said in PHRASES.items():
        who = FAMILIES[code]
        played += [
            Conversation(
                f"{said.name}: the bus, and whether it is late",
                [
                    Says(who, said.where),
                    Meanwhile("The bus stands in traffic.", minutes=9, do=scenes.seen(700)),
                    Says(who, said.late),
                    Says(who, said.thanks),
                ],
            ),
            Conversation(
                f"{said.name}: tomorrow, something lost, a person",
                [Says(who, said.tomorrow), Says(who, said.lost), Says(who, said.person), Says(who, "status")],
            ),
            Conversation(
                f"{said.name}: no more texts, and texts again; a code; what can be texted",
                [
                    Says(who, said.stop),
                    Says(who, said.start),
                    Says(who, "{code}"),
                    Says(who, "alerts 15"),
                    Says(who, "menu"),
                ],
                codes_for="100777",
            ),
        ]
    return [
        *played,
        Conversation(
            "A stranger is answered in the language of the words, and a number does not change it",
            [Says("Stranger", "¿dónde está el autobús?"), Says("Stranger", "100234")],
        ),
        Conversation(
            "Two languages in one house",
            [
                Says("Manman", "200102"),
                Says("Manman", "where is the bus"),
                Says("Manman", "english"),
                Says("Manman", "bus"),
            ],
        ),
        Conversation(
            "Traditional characters are understood",
            [Says("妈妈", "校車還沒來"), Says("妈妈", "校車而家喺邊")],
        ),
        Conversation("Vietnamese without its marks", [Says("Mẹ", "xe bus dau roi"), Says("Mẹ", "xe tre ha")]),
        Conversation("Arabic digits", [Says("الأم", "٢٠٠١٠٩ وين")]),
    ]
