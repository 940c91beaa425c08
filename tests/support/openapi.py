"""Holds what a server answers against the description of its interface."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from jupyter_envs import server

from .client import API, Reply

DESCRIPTION: dict[str, Any] = yaml.safe_load((Path(server.__file__).parent / "rest-api.yml").read_text("utf-8"))
VERBS = ("get", "put", "post", "delete", "patch")

_REGISTRY: Registry[Any] = Registry().with_resource("api:", DRAFT202012.create_resource(DESCRIPTION))


def operations() -> set[tuple[str, str]]:
    """``(verb, path)`` of everything that is described; paths as in the description."""
    return {(verb, path) for path, item in DESCRIPTION["paths"].items() for verb in VERBS if verb in item}


def check_value(value: Any, schema: str) -> None:
    """Assert that the value is as the schema of this name says."""
    reference = {"$ref": f"api:#/components/schemas/{schema}"}
    validator = Draft202012Validator(reference, registry=_REGISTRY)
    problems = [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(value)]
    assert not problems, f"not as {schema} is described: {problems}"


def check_reply(verb: str, path: str, reply: Reply) -> Reply:
    """Assert that the answer to a request is described, in status, type and content; and give it back."""
    described = _operation(verb, path.partition("?")[0].removeprefix(API))
    responses = described["responses"]
    response = _resolved(responses[str(reply.status)] if str(reply.status) in responses else responses["default"])
    assert str(reply.status) in responses or reply.status >= 400, f"{verb} {path}: {reply.status} is not described"
    content = response.get("content")
    if content is None:
        assert reply.body == b""
        return reply
    media = reply.headers["content-type"].partition(";")[0]
    assert media in content, f"{verb} {path}: {media} is not described"
    if media == "application/json":
        check_value(reply.json(), content[media]["schema"]["$ref"].rpartition("/")[2])
    if "headers" in response:
        assert reply.headers["location"].startswith("/")
    return reply


def _operation(verb: str, path: str) -> dict[str, Any]:
    for described, item in DESCRIPTION["paths"].items():
        # a path of a notebook may have slashes
        pattern = re.sub(r"\{(\w+)\}", lambda found: ".+" if found[1] == "path" else "[^/]+", described.lstrip("/"))
        if re.fullmatch(pattern, path) and verb.lower() in item:
            operation: dict[str, Any] = item[verb.lower()]
            return operation
    raise AssertionError(f"{verb} {path} is not described")


def _resolved(value: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in value:
        reference = value["$ref"].removeprefix("#/").split("/")
        value = DESCRIPTION
        for key in reference:
            value = value[key]
    return value
