"""TwiML, the answer to a webhook: texts to send or words to speak in, XML out."""

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

# Anything else makes invalid XML, which Twilio refuses with error 12100 and the family hears nothing.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def messages(texts: Iterable[str]) -> str:
    """A reply of so many text messages; none is a defined silence."""
    return _response("".join(f"<Message>{_text(text)}</Message>" for text in texts))


def speech(sentences: Iterable[str], language: str, voice: str) -> str:
    """Sentences spoken one after the other by one of Twilio's voices; then the call ends."""
    attributes = f"language={quoteattr(language)} voice={quoteattr(voice)}"
    return _response("".join(f"<Say {attributes}>{_text(sentence)}</Say>" for sentence in sentences))


def call(*verbs: str) -> str:
    """What happens in a call, one verb after the other; then it ends."""
    return _response("".join(verbs))


def say(sentence: str, language: str, voice: str) -> str:
    """A sentence, spoken by one of Twilio's voices."""
    return f"<Say language={quoteattr(language)} voice={quoteattr(voice)}>{_text(sentence)}</Say>"


def play(url: str) -> str:
    """A recording."""
    return f"<Play>{_text(url)}</Play>"


def one_key(verbs: Iterable[str], action: str, *, timeout_seconds: int) -> str:
    """These verbs, and then a wait for one key; `action` is asked what follows, also where none was pressed."""
    return (
        f'<Gather input="dtmf" numDigits="1" timeout="{timeout_seconds}" actionOnEmptyResult="true" method="POST" '
        f"action={quoteattr(action)}>{''.join(verbs)}</Gather>"
    )


def connect(phone: str, *, caller: str, action: str, timeout_seconds: int) -> str:
    """Another phone is called and joined in; `action` is asked what follows once that is over."""
    return (
        f'<Dial timeout="{timeout_seconds}" method="POST" callerId={quoteattr(caller)} action={quoteattr(action)}>'
        f"{_text(phone)}</Dial>"
    )


def _response(verbs: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{verbs}</Response>'


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("", text))
