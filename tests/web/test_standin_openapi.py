"""The stand-in is held to Twilio's own OpenAPI description: the parameters it takes and the shape of what it returns.

Always to an excerpt kept beside the tests; to the whole description too, where that is present.
"""

import json
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import aiohttp
import jsonschema
import pytest

from sms.standin.orders import CALL_PARAMETERS, MESSAGE_PARAMETERS, Kind, Parameter
from sms.standin.resources import CallStatus, Direction, MessageStatus
from tests.web.twilio_world import ACCOUNT_SID, AUTH_TOKEN, FAMILY, NUMBER, World, twilio_world

_PROJECT = Path(__file__).parents[2]
_EXCERPT = _PROJECT / "tests/data/twilio/excerpt.openapi.json"
_WHOLE = _PROJECT.parent / "shared/data/twilio/messages-and-calls.openapi.json"
_ACCOUNT = "/2010-04-01/Accounts/{AccountSid}"
_FORMATS = jsonschema.FormatChecker(formats=())


def _is_rfc_2822(value: object) -> bool:
    return not isinstance(value, str) or parsedate_to_datetime(value).tzinfo is not None


_FORMATS.checks("date-time-rfc-2822", raises=ValueError)(_is_rfc_2822)


@pytest.fixture(
    params=[
        "excerpt",
        pytest.param(
            "whole",
            marks=[
                pytest.mark.recorded,
                pytest.mark.skipif(not _WHOLE.exists(), reason="Twilio's whole description is not beside the project"),
            ],
        ),
    ]
)
def description(request: pytest.FixtureRequest) -> dict[str, Any]:
    path = _EXCERPT if request.param == "excerpt" else _WHOLE
    loaded: dict[str, Any] = json.loads(path.read_text())
    return loaded


def _json_schema(node: Any) -> Any:
    """OpenAPI 3.0 says `nullable`; JSON Schema says that null is one of the types."""
    if isinstance(node, list):
        return [_json_schema(one) for one in node]
    if not isinstance(node, dict):
        return node
    converted = {key: _json_schema(value) for key, value in node.items()}
    if converted.pop("nullable", False) and "type" in converted:
        converted["type"] = [converted["type"], "null"]
    return converted


def _validator(description: dict[str, Any], path: str, method: str, status: str) -> jsonschema.Draft4Validator:
    response = description["paths"][_ACCOUNT + path][method]["responses"][status]
    schema = response["content"]["application/json"]["schema"] | {"components": description["components"]}
    return jsonschema.Draft4Validator(_json_schema(schema), format_checker=_FORMATS)


def _properties(description: dict[str, Any], resource: str) -> set[str]:
    return set(description["components"]["schemas"][resource]["properties"])


async def _ask(world: World, method: str, path: str, **form: str) -> Any:
    headers = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT_SID, AUTH_TOKEN)}
    address = f"{world.url}/2010-04-01/Accounts/{ACCOUNT_SID}{path}"
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.request(method, address, data=form or None) as response,
    ):
        return await response.json()


async def test_messages_have_the_described_shape_when_sent_fetched_and_listed(description: dict[str, Any]) -> None:
    async with twilio_world() as world:
        await world.standin.text(FAMILY, "bus")
        sent = await _ask(world, "POST", "/Messages.json", To=FAMILY, From=NUMBER, Body="Bus 47")
        await world.standin.settled()
        fetched = await _ask(world, "GET", f"/Messages/{sent['sid']}.json")
        redacted = await _ask(world, "POST", f"/Messages/{sent['sid']}.json", Body="")
        listed = await _ask(world, "GET", f"/Messages.json?PageSize=2&To={FAMILY.replace('+', '%2B')}")
    _validator(description, "/Messages.json", "post", "201").validate(sent)
    _validator(description, "/Messages/{Sid}.json", "get", "200").validate(fetched)
    _validator(description, "/Messages/{Sid}.json", "post", "200").validate(redacted)
    _validator(description, "/Messages.json", "get", "200").validate(listed)
    assert set(sent) == _properties(description, "api.v2010.account.message")
    assert len(listed["messages"]) == 2


async def test_calls_have_the_described_shape_when_placed_and_listed(description: dict[str, Any]) -> None:
    async with twilio_world() as world:
        await world.standin.call(FAMILY)
        twiml = "<Response><Say>Hello</Say></Response>"
        placed = await _ask(world, "POST", "/Calls.json", To=FAMILY, From=NUMBER, Twiml=twiml)
        listed = await _ask(world, "GET", "/Calls.json")
    _validator(description, "/Calls.json", "post", "201").validate(placed)
    _validator(description, "/Calls.json", "get", "200").validate(listed)
    assert set(placed) == _properties(description, "api.v2010.account.call")
    assert len(listed["calls"]) == 2


@pytest.mark.parametrize(
    ("path", "parameters"), [("/Messages.json", MESSAGE_PARAMETERS), ("/Calls.json", CALL_PARAMETERS)]
)
def test_the_parameters_taken_are_the_described_ones(
    description: dict[str, Any], path: str, parameters: dict[str, Parameter]
) -> None:
    body = description["paths"][_ACCOUNT + path]["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]
    described = body["schema"]["properties"]
    schemas = description["components"]["schemas"]
    assert set(parameters) == set(described)
    for name, parameter in parameters.items():
        schema = described[name]
        if "$ref" in schema:
            schema = schemas[schema["$ref"].rpartition("/")[2]]
        assert parameter.choices == frozenset(schema.get("enum", ())), name
        numeric = {"boolean": Kind.BOOLEAN, "integer": Kind.INTEGER, "number": Kind.NUMBER}
        if schema["type"] in numeric:
            assert parameter.kind is numeric[schema["type"]], name
        else:
            assert (parameter.kind is Kind.URL) == (schema.get("format") == "uri"), name


def test_every_state_shown_is_a_described_one(description: dict[str, Any]) -> None:
    schemas = description["components"]["schemas"]
    assert set(MessageStatus) <= set(schemas["message_enum_status"]["enum"])
    assert set(Direction) <= set(schemas["message_enum_direction"]["enum"])
    assert set(CallStatus) <= set(schemas["call_enum_status"]["enum"])
