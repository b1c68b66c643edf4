"""The app, synthesised in process, and questions to its templates."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk import IPolicyValidationPlugin

from infra.app import compose

OPERATOR = {"alarm_email": "ops@example.com", "bedrock": "true", "tracing": "true"}
ROOT = Path(__file__).resolve().parents[2]
LOCAL = {
    "stage": "local",
    "tracing": "true",
    "public_base_url": "http://127.0.0.1:8080",
    "provider_base_urls": '{"replicate": "http://127.0.0.1:8090/replicate/v1"}',
    "allowed_private_hosts": "127.0.0.1:8090,127.0.0.1:8091",
}
_HASH = re.compile(r"(?<=.)[0-9A-F]{8}$")


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of a template."""

    stack: str
    logical_id: str
    body: Mapping[str, Any]

    @property
    def props(self) -> Mapping[str, Any]:
        """Its properties."""
        properties: Mapping[str, Any] = self.body.get("Properties", {})
        return properties

    @property
    def name(self) -> str:
        """Its logical id without the hash."""
        return _HASH.sub("", self.logical_id)


@dataclass(frozen=True, slots=True)
class Synth:
    """The templates of all stacks, by stack name, and where they lie."""

    folder: Path
    templates: Mapping[str, Mapping[str, Any]]

    def all(self, resource_type: str) -> list[Resource]:
        """All resources of a type, over all stacks."""
        return [resource for resource in self.resources() if resource.body["Type"] == resource_type]

    def resources(self) -> Iterator[Resource]:
        """Every resource of every stack."""
        for stack, template in self.templates.items():
            for logical_id, body in template["Resources"].items():
                yield Resource(stack, logical_id, body)

    def one(self, resource_type: str, name: str) -> Resource:
        """The resource of this type and name."""
        (found,) = (resource for resource in self.all(resource_type) if resource.name == name)
        return found

    def functions(self) -> dict[str, Resource]:
        """All functions, named as their files: ``babysea.status``."""
        functions = self.all("AWS::Lambda::Function")
        return {function.props["Handler"].removesuffix(".handler"): function for function in functions}

    def outputs(self) -> dict[str, Any]:
        """The outputs that people and tools read; what stacks export to each other is left out."""
        return {
            key: output["Value"]
            for template in self.templates.values()
            for key, output in template.get("Outputs", {}).items()
            if not key.startswith("Exports")
        }

    def text(self, value: Any) -> str:
        """Write a value with the names of the resources in it: ``KeysTable``, ``OutputsBucket/*``."""
        match value:
            case {"Ref": logical_id}:
                return _HASH.sub("", logical_id)
            case {"Fn::GetAtt": [logical_id, _]}:
                return _HASH.sub("", logical_id)
            case {"Fn::Join": ["", parts]}:
                return "".join(self.text(part) for part in parts)
            case {"Fn::ImportValue": export}:
                return self._exported(export)
            case _:
                return str(value)

    def _exported(self, export: str) -> str:
        ids = [resource.logical_id for resource in self.resources() if resource.logical_id in export]
        return _HASH.sub("", max(ids, key=len))


def synthesize(
    context: Mapping[str, object],
    folder: Path,
    *,
    packs: tuple[IPolicyValidationPlugin, ...] = (),
    acknowledged: bool = True,
) -> Synth:
    """Synthesise with the settings of ``cdk.json`` and this context.

    With ``packs``, CDK's own validation runs too, which takes seconds. Findings are only reported.
    """
    settings = json.loads((ROOT / "cdk.json").read_text())["context"]
    app = cdk.App(
        context={**settings, **context, "@aws-cdk/core:failSynthOnValidationErrors": False},
        outdir=str(folder),
        analytics_reporting=False,
        builtin_cloud_formation_validation=bool(packs),
    )
    compose(app, acknowledged=acknowledged)
    cdk.Validations.of(app).add_plugins(*packs)
    app.synth()
    files = sorted(folder.glob("*.template.json"))
    return Synth(folder, {file.name.split(".")[0]: json.loads(file.read_text()) for file in files})
