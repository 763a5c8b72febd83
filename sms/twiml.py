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


def _response(verbs: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{verbs}</Response>'


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("", text))
