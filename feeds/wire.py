"""A protobuf message cut into its top-level fields, without parsing any of them.

Parsing a hostile message whole costs up to 24 times its size in memory (20 MB of empty entities take 480 MB).
Cut first, each field is counted and measured before it is parsed, and only a portion is ever held as objects.
"""

from collections.abc import Iterator

PORTION_BYTES = 131_072
"""Neighbouring fields that come together take about so much: some 1,700 vehicles, and at most 3 MB once parsed."""
_LONGEST_VARINT_BYTES = 10


class NotProtobufError(ValueError):
    """The bytes do not follow the wire format, or end in the middle of a field."""


class TooManyFieldsError(ValueError):
    """More fields than the caller would take, of whatever kind: 16 million fit into 32 MB."""


class FieldTooLargeError(ValueError):
    """One field is larger than the caller would take."""

    def __init__(self, length: int) -> None:
        super().__init__(f"a field of {length:,} bytes")
        self.length = length


def top_level_fields(
    message: bytes, most: int, *, together: int | None = None, longest: int | None = None
) -> Iterator[tuple[int, bytes]]:
    """Every length-delimited field as (field number, its bytes), in order; scalar fields are stepped over.

    Fields of the number `together` come with their tags and lengths, and neighbours of them come as one: such bytes
    are themselves a message, of these fields alone. None of them may be longer than `longest`.

    Raises NotProtobufError where the bytes stop making sense, TooManyFieldsError after `most` fields, and
    FieldTooLargeError.
    """
    at, end = 0, len(message)
    plain_tag = -1 if together is None else together << 3 | 2
    fields = 0
    while at < end:
        if message[at] == plain_tag:
            count, after = _plain_run(message, at, most - fields)
            if count:
                fields += count
                yield plain_tag >> 3, message[at:after]
                at = after
                continue
        fields += 1
        if fields > most:
            raise TooManyFieldsError(f"more than {most} fields")
        began = at
        tag, at = _varint(message, at)
        match tag & 7:
            case 2:  # length-delimited
                length, at = _varint(message, at)
                if length > end - at:
                    raise NotProtobufError(f"a field of {length} bytes begins {end - at} bytes before the end")
                is_one_of_many = tag >> 3 == together
                if is_one_of_many and longest is not None and length > longest:
                    raise FieldTooLargeError(length)
                yield tag >> 3, message[began if is_one_of_many else at : at + length]
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


def _plain_run(message: bytes, at: int, most: int) -> tuple[int, int]:
    """How many fields like the one at `at` follow each other, at most a portion, and where they end.

    Only those whose tag is one byte and whose length is one or two, so below 16 kB: nearly every entry of a feed.
    """
    tag, count = message[at], 0
    end = len(message)
    # Two bytes of a length can be read without a look at the end.
    last = min(end - 2, at + PORTION_BYTES)
    while at < last and message[at] == tag and count < most:
        length = message[at + 1]
        if length < 0x80:
            after = at + 2 + length
        elif message[at + 2] < 0x80:
            after = at + 3 + (length & 0x7F | message[at + 2] << 7)
        else:
            break
        if after > end:
            break
        at = after
        count += 1
    return count, at


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
