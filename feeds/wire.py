"""A protobuf message cut into its top-level fields, without parsing any of them.

Parsing a hostile message whole costs up to 24 times its size in memory (20 MB of empty entities take 480 MB).
Cut first, each field is counted and measured before it is parsed, and only one is ever held as objects.
"""

from collections.abc import Iterator

_LONGEST_VARINT_BYTES = 10


class NotProtobufError(ValueError):
    """The bytes do not follow the wire format, or end in the middle of a field."""


class TooManyFieldsError(ValueError):
    """More fields than the caller would take, of whatever kind: 16 million fit into 32 MB."""


def top_level_fields(message: bytes, most: int) -> Iterator[tuple[int, bytes]]:
    """Every length-delimited field as (field number, its bytes), in order; scalar fields are stepped over.

    Raises NotProtobufError where the bytes stop making sense, TooManyFieldsError after `most` fields.
    """
    at, end = 0, len(message)
    fields = 0
    while at < end:
        fields += 1
        if fields > most:
            raise TooManyFieldsError(f"more than {most} fields")
        tag, at = (message[at], at + 1) if message[at] < 0x80 else _varint(message, at)
        match tag & 7:
            case 2:  # length-delimited
                # Nearly every entry's tag is one byte and its length one or two: read here, without a call each.
                if at + 1 < end and message[at + 1] < 0x80 <= message[at]:
                    length, at = (message[at] & 0x7F) | message[at + 1] << 7, at + 2
                else:
                    length, at = _varint(message, at)
                if length > end - at:
                    raise NotProtobufError(f"a field of {length} bytes begins {end - at} bytes before the end")
                yield tag >> 3, message[at : at + length]
                at += length
            case 0:  # varint
                _, at = _varint(message, at)
            case 1:  # eight bytes
                at += 8
            case 5:  # four bytes
                at += 4
            case wire_type:
                raise NotProtobufError(f"wire type {wire_type} at byte {at}")
    if at != end:
        raise NotProtobufError("the message ends in the middle of a field")


def _varint(message: bytes, at: int) -> tuple[int, int]:
    """The number at `at`, and where the next thing begins."""
    value = shift = 0
    for place in range(at, min(at + _LONGEST_VARINT_BYTES, len(message))):
        byte = message[place]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place + 1
        shift += 7
    raise NotProtobufError(f"a number at byte {at} does not end")
