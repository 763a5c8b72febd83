"""One operation of the interface: its route, who may use it, and its description, in one place, so that they agree."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from busline.storable import is_storable
from busline.store.staff import Role

Schema: TypeAlias = Mapping[str, Any]
"""JSON Schema, as OpenAPI 3.1 has it."""

ROOT = "/api/v1"
DESCRIPTION = f"{ROOT}/openapi.json"


@dataclass(frozen=True, slots=True)
class Field:
    """A text field of a JSON body, or a query parameter."""

    name: str
    says: str
    longest: int = 200
    required: bool = True
    choices: tuple[str, ...] = ()

    @property
    def schema(self) -> Schema:
        limits: dict[str, Any] = {"enum": list(self.choices)} if self.choices else {"maxLength": self.longest}
        if self.required and not self.choices:
            limits["minLength"] = 1
        return {"type": "string", "description": self.says, **limits}


@dataclass(frozen=True, slots=True)
class RawBody:
    """A body that is proved by a signature before it is read."""

    content_type: str
    signature_header: str
    says: str
    schema: Schema = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """A route with all that is said of it."""

    method: Literal["GET", "POST"]
    path: str
    """Under `/api/v1`."""
    name: str
    says: str
    role: Role | None
    """What whoever asks must be; None where the request proves itself."""
    handler: Handler
    answer: Schema
    query: tuple[Field, ...] = ()
    body: tuple[Field, ...] | RawBody | None = None
    refusals: Mapping[int, str] = field(default_factory=dict)

    @property
    def route(self) -> web.RouteDef:
        return web.RouteDef(self.method, ROOT + self.path, self.handler, {"name": self.name})


async def read_body(request: web.Request, fields: Sequence[Field]) -> dict[str, str]:
    """The fields of a JSON body, trimmed; an optional one that is not given is empty.

    Refuses with 415 what is not JSON, as a form of another site would be, and with 400 what has other fields.
    """
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="Send JSON, with Content-Type: application/json.")
    try:
        given = await request.json()
    except (ValueError, RecursionError) as fault:
        raise web.HTTPBadRequest(text="The body is not JSON, so nothing was changed.") from fault
    if not isinstance(given, dict):
        raise web.HTTPBadRequest(text="The body must be a JSON object, so nothing was changed.")
    if extra := sorted(set(given) - {one.name for one in fields}):
        raise web.HTTPBadRequest(text=f"There is no field {extra[0][:40]!r} here, so nothing was changed.")
    return {one.name: _read(one, given.get(one.name, "")) for one in fields}


def read_query(request: web.Request, fields: Sequence[Field]) -> dict[str, str]:
    """The query parameters, trimmed; one that is not given is empty. Refuses with 400 a value that cannot be used."""
    return {one.name: _read(one, request.query.get(one.name, "")) for one in fields}


def _read(wanted: Field, given: object) -> str:
    if not isinstance(given, str) or not is_storable(given):
        raise web.HTTPBadRequest(text=f"{wanted.name} must be text, so nothing was changed.")
    text = given.strip()
    if wanted.required and not text:
        raise web.HTTPBadRequest(text=f"{wanted.name} is missing, so nothing was changed.")
    if text and wanted.choices and text not in wanted.choices:
        raise web.HTTPBadRequest(text=f"{wanted.name} must be one of {', '.join(wanted.choices)}; nothing was changed.")
    if len(text) > wanted.longest:
        raise web.HTTPBadRequest(
            text=f"{wanted.name} has {len(text)} characters and may have {wanted.longest}, so nothing was changed."
        )
    return text


def description(operations: Iterable[Operation], schemas: Mapping[str, Schema], *, server: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document of these operations."""
    paths: dict[str, dict[str, Any]] = {}
    for one in operations:
        paths.setdefault(ROOT + one.path, {})[one.method.lower()] = _described(one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Busline",
            "version": "1",
            "description": "Cases for staff and departments. Times are ISO 8601 in UTC. An error is an object with "
            "`error`, in words for a person.",
        },
        "servers": [{"url": server}],
        "paths": paths,
        "components": {
            "schemas": {"Error": {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}}
            | dict(schemas),
            "securitySchemes": {
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "__Host-busline",
                    "description": "Given by POST /sign-in; named `busline` where the address is not https.",
                }
            },
        },
    }


def description_route(document: Mapping[str, Any]) -> web.RouteDef:
    """`GET /api/v1/openapi.json`. Open to anybody: it says what there is, and opens nothing."""

    async def show(_request: web.Request) -> web.Response:
        return web.json_response(document, headers={hdrs.CACHE_CONTROL: "no-cache"})

    return web.get(DESCRIPTION, show)


def _described(one: Operation) -> dict[str, Any]:
    names = [part[1:-1] for part in one.path.split("/") if part.startswith("{")]
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
    ]
    parameters += [
        {"name": asked.name, "in": "query", "required": asked.required, "schema": asked.schema} for asked in one.query
    ]
    says: dict[str, Any] = {"operationId": one.name, "summary": one.says}
    refusals = dict(one.refusals)
    if one.role is not None:
        says |= {"security": [{"session": []}], "x-role": one.role.value}
        refusals |= {401: "Nobody is signed in.", 403: f"Needs the role {one.role.value}."}
    if isinstance(one.body, RawBody):
        name = one.body.signature_header
        parameters.append(
            {"name": name, "in": "header", "required": True, "description": one.body.says, "schema": {"type": "string"}}
        )
        content = {one.body.content_type: {"schema": one.body.schema}}
        says["requestBody"] = {"required": True, "content": content}
    elif one.body is not None:
        refusals |= {400: "A field cannot be used; nothing was changed.", 415: "The body is not JSON."}
        schema = {
            "type": "object",
            "additionalProperties": False,
            "required": [asked.name for asked in one.body if asked.required],
            "properties": {asked.name: asked.schema for asked in one.body},
        }
        says["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    responses: dict[str, Any] = {
        "200": {"description": "Done.", "content": {"application/json": {"schema": one.answer}}}
    }
    responses |= {str(status): {"description": words, "content": error} for status, words in sorted(refusals.items())}
    return says | {"parameters": parameters, "responses": responses}
