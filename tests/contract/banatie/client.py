"""Banatie's surface over an in-process AWS, spoken to as a client speaks to it."""

from __future__ import annotations

import base64
import importlib
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from PIL import Image as Pillow

from functions.banatie import cdn_image
from reference.openapi import JSON
from tests.contract.babysea.events import event
from tests.contract.babysea.gateway import NOW_MS, Clock
from tests.contract.documented import assert_answer_documented
from tidegate.adapters.dynamodb.generation_codec import outputs_value
from tidegate.domain.generation import Generation, Output, Settlement, Status
from tidegate.domain.keys import SCOPES, Surface
from tidegate.domain.library.records import LibraryGeneration, Project
from tidegate.domain.money import Money
from tidegate.usecases.accounts import create_account, create_key, grant
from tidegate.usecases.library.projects import create_project, first_project

ROUTE = re.compile(r"([A-Z|]+) (/\S+?)[.,;]")  # as a function's first line has it
BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW"


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: dict[str, Any]

    @property
    def data(self) -> Any:
        """The data of a success."""
        assert self.body.get("success") is True, self.body
        return self.body["data"]

    @property
    def error(self) -> tuple[int, str, str]:
        """Status, code and message of a failure."""
        assert self.body.get("success") is False, self.body
        error = self.body["error"]
        return self.status, error["code"], error["message"]


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 6)) -> bytes:
    """A small picture."""
    file = io.BytesIO()
    Pillow.new("RGB", size, (20, 90, 160)).save(file, kind)
    return file.getvalue()


def form(*fields: tuple[str, str | None, bytes]) -> bytes:
    """A multipart body of (name, file name, content)."""
    lines = []
    for name, filename, content in fields:
        extra = "" if filename is None else f'; filename="{filename}"\r\nContent-Type: image/png'
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'
        lines.append(head.encode() + content + b"\r\n")
    return b"".join(lines) + f"--{BOUNDARY}--\r\n".encode()


@dataclass(frozen=True)
class File:
    """A file that came back, or what came in its place."""

    status: int
    headers: Mapping[str, str]
    content: bytes


@dataclass
class Client:
    """One account with credits, a project, and a key to it."""

    runtime: Clock
    dollars: str = "1"
    plan: str = "unlimited"
    account_id: str = field(init=False)
    project: Project = field(init=False)
    token: str = field(init=False)

    def __post_init__(self) -> None:
        """Open the account."""
        account = create_account(self.runtime.wallets, name="Atelier", plan=self.plan, now_ms=NOW_MS)
        self.account_id = account.account_id
        if Money.of(self.dollars).micros:
            grant(
                self.runtime.wallets,
                account_id=self.account_id,
                amount=Money.of(self.dollars),
                reference="welcome",
                now_ms=NOW_MS,
            )
        self.project = first_project(self.runtime.library, account, NOW_MS)
        self.token = self.add_key(self.project)

    def add_key(self, project: Project | None, scopes: tuple[str, ...] = SCOPES) -> str:
        """Create a key; return its text. Without a project it is a master key."""
        text, _ = create_key(
            self.runtime.keys,
            self.runtime.wallets,
            account_id=self.account_id,
            surface=Surface.BANATIE,
            scopes=scopes,
            name="site",
            now_ms=NOW_MS - 1000,
            project=project,
        )
        return text

    def add_project(self) -> Project:
        """Add another project of the same account."""
        (organization,) = self.runtime.library.projects.organizations(self.account_id)
        return create_project(self.runtime.library, organization, name="Other site", now_ms=NOW_MS)

    def later(self) -> None:
        """Let a moment pass: what is made in the same one has no order."""
        self.runtime.time_ms += 1

    def elsewhere(self, method: str, path: str) -> Reply:
        """Ask for something that no route takes."""
        return self.call("shared.not_found", method, path)

    def call(
        self,
        function: str,
        method: str = "GET",
        path: str = "/api/v1",
        *,
        params: Mapping[str, str] | None = None,
        token: str | None = "",
        headers: Mapping[str, str] | None = None,
        form: bytes | None = None,
        **more: Any,
    ) -> Reply:
        """Send a request through a function's handler, to the wire form and back."""
        module = importlib.import_module(f"functions.{'' if '.' in function else 'banatie.'}{function}")
        key = self.token if token == "" else token
        sent = {**({} if key is None else {"x-api-key": key}), **(headers or {})}
        if "body" in more:
            sent.setdefault("content-type", "application/json")
        if form is not None:
            sent.setdefault("content-type", f"multipart/form-data; boundary={BOUNDARY}")
        made = event(method, path, params=params, headers=sent, **more)
        if form is not None:
            made |= {"body": base64.b64encode(form).decode(), "isBase64Encoded": True}
        file = self.answer(module, made)
        return Reply(file.status, file.headers, json.loads(file.content))

    def answer(self, module: ModuleType, made: Mapping[str, Any]) -> File:
        """Have a function answer an event, to the wire form and back; and as the document says."""
        answer = module.handler.respond(made, self.runtime).to_event()
        body, headers = answer["body"], answer["headers"]
        content = base64.b64decode(body) if answer["isBase64Encoded"] else body.encode()
        if route := ROUTE.match(module.__doc__ or ""):
            methods, asked = route[1].split("|"), made["requestContext"]["http"]["method"]
            method = asked if asked in methods else methods[0]
            read = json.loads(content) if content and headers["content-type"] == JSON else content
            assert_answer_documented("banatie", (method, route[2]), answer["statusCode"], headers, read)
        return File(answer["statusCode"], headers, content)

    def get_file(self, image: str, method: str = "GET", **headers: str) -> File:
        """Ask for an image as everybody may: without a key, by id or alias; or by the path of any project."""
        path = image if "/" in image else f"{self.project.path}/img/{image}"
        organization, project, _, name = path.split("/")
        params = {"organization": organization, "project": project, "image": name}
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        made = event(method, f"/cdn/{path}", params=params, headers=sent)
        return self.answer(cdn_image, made)

    def generate(self, body: object = None, *, waits: bool = False, **more: Any) -> Reply:
        """Begin a generation; without ``waits`` the answer comes at once."""
        asked = {"prompt": "An eagle over mountains"} if body is None else body
        headers = {**({} if waits else {"prefer": "respond-async"}), **more.pop("headers", {})}
        return self.call(
            "generations_create", "POST", "/api/v1/generations", body=asked, headers=headers, **more
        )

    def again(self, function: str, subject: str, method: str = "POST", **more: Any) -> Reply:
        """Ask for another run; the answer comes at once."""
        return self.about(function, subject, method, headers={"prefer": "respond-async"}, **more)

    def record(self, generation_id: str) -> LibraryGeneration:
        """The record behind a generation."""
        record = self.runtime.library.generations.get(self.project.project_id, generation_id)
        assert record is not None
        return record

    def run(self, generation_id: str) -> Generation:
        """The core's generation of the latest run."""
        run = self.runtime.generations.get(self.account_id, self.record(generation_id).run_id)
        assert run is not None
        return run

    def succeed(self, generation_id: str, content: bytes | None = None) -> Generation:
        """Let the latest run end with a picture, as a worker would; nobody tells the library."""
        run, data = self.run(generation_id), picture() if content is None else content
        output = Output(f"{run.generation_id}/{'A' * 22}/0.png", "image/png", len(data), 8, 6)
        self.runtime.outputs.put(output.key, io.BytesIO(data), output.content_type, len(data))
        changes = {"provider_used": "replicate", "outputs": outputs_value([output])}
        self._end(run, Status.SUCCEEDED, Settlement.CHARGE, changes)
        return self.run(generation_id)

    def fail(self, generation_id: str) -> Generation:
        """Let the latest run end without one."""
        changes = {"error_code": "provider_error", "error_message": "It broke."}
        self._end(self.run(generation_id), Status.FAILED, Settlement.REFUND, changes)
        return self.run(generation_id)

    def made(self, **asked: Any) -> dict[str, Any]:
        """Make a generation with its picture; return it as the wire shows it."""
        begun = self.generate({"prompt": "An eagle", **asked}).data
        self.succeed(begun["id"])
        shown: dict[str, Any] = self.about("generations_get", begun["id"]).data
        return shown

    def books(self) -> tuple[str, str]:
        """Balance and held."""
        account = self.runtime.wallets.get(self.account_id)
        assert account is not None
        return str(account.wallet.balance), str(account.wallet.held)

    def _end(
        self, run: Generation, status: Status, settlement: Settlement, changes: Mapping[str, object]
    ) -> None:
        table, began_ms = self.runtime.generations, run.created_at_ms
        table.mark_processing(run, "replicate", began_ms + 250)
        assert table.settle(run, status, settlement, changes=changes, now_ms=began_ms + 3_500)

    def about(self, function: str, subject: str, method: str = "GET", **more: Any) -> Reply:
        """Ask about one thing."""
        params = {"id": subject, **more.pop("params", {})}
        return self.call(function, method, params=params, **more)

    def upload(
        self,
        content: bytes | None = None,
        filename: str = "image.png",
        query: Mapping[str, str] | None = None,
        **fields: str,
    ) -> Reply:
        """Upload a picture with these fields."""
        sent = [(name, None, value.encode()) for name, value in fields.items()]
        file = ("file", filename, picture() if content is None else content)
        return self.call(
            "images_upload", "POST", "/api/v1/images/upload", form=form(file, *sent), query=query
        )

    def stored_files(self, folder: str | None = None) -> list[str]:
        """What the bucket holds of this project."""
        prefix = folder or f"library/{self.project.project_id}/"
        listed = self.runtime.client("s3").list_objects_v2(Bucket="outputs", Prefix=prefix)
        return [entry["Key"] for entry in listed.get("Contents", [])]
