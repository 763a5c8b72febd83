"""TwiML that Twilio can always read."""

from xml.etree import ElementTree

from sms.twilio.twiml import messages, speech


def test_a_silence_is_an_empty_response() -> None:
    assert messages([]) == '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


def test_marks_of_xml_and_control_characters_never_break_the_answer() -> None:
    hostile = 'a <b> & "c" ]]> \x00\x07\x1b\ufffe\ud800 🚌\nd'
    root = ElementTree.fromstring(messages([hostile, "second"]))  # noqa: S314
    assert [message.text for message in root] == ['a <b> & "c" ]]>  🚌\nd', "second"]


def test_speech_names_its_language_and_voice() -> None:
    root = ElementTree.fromstring(speech(["one", "two"], "es-US", 'Polly."Lupe"'))  # noqa: S314
    assert [(say.text, say.attrib) for say in root] == [
        ("one", {"language": "es-US", "voice": 'Polly."Lupe"'}),
        ("two", {"language": "es-US", "voice": 'Polly."Lupe"'}),
    ]
