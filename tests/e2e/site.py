"""A project of a customer on Banatie's surface, as its client sees it."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import Any

import urllib3
from PIL import Image

from tests.e2e.customer import Customer, Reply, http
from tidegate.domain.keys import SCOPES, Surface
from tidegate.domain.library.records import Project
from tidegate.usecases.accounts import create_key, get_account
from tidegate.usecases.library.projects import first_project


@dataclass
class Site:
    """A project and a key to it."""

    customer: Customer
    project_id: str
    path: str
    key: str

    @classmethod
    def of(cls, customer: Customer, project: Project | None = None) -> Site:
        """Open a project of the customer's, its first unless another is given."""
        deployed = customer.deployed
        if project is None:
            account = get_account(deployed.wallets, customer.account_id)
            project = first_project(deployed.library, account, deployed.now_ms())
        return cls(customer, project.project_id, project.path, banatie_key(customer, project))

    def call(self, method: str, path: str, body: object = None, **headers: str) -> Reply:
        """Ask for something below /api/v1."""
        return ask(self.customer, self.key, method, f"/api/v1{path}", body, **headers)

    def asks(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """Ask for something that must be answered; return the data."""
        reply = self.call(method, path, body, **headers)
        assert reply.status in {200, 201}, reply.body
        return reply.body["data"]

    def upload(self, content: bytes, **fields: str) -> Any:
        """Upload a file by a form."""
        reply = self.send_form({"file": ("image.png", content, "image/png"), **fields})
        assert reply.status == 201, reply.body
        return reply.body["data"]

    def send_form(self, fields: Any) -> Reply:
        """Send a form of names and (file name, content, type), or of pairs of these."""
        body, content_type = urllib3.encode_multipart_formdata(fields)
        return self.call("POST", "/images/upload", body, **{"Content-Type": content_type})

    def get_file(self, image: str, method: str = "GET", **headers: str) -> urllib3.BaseHTTPResponse:
        """Ask for an image as everybody may, without a key. Redirects are not followed."""
        url = f"{self.customer.info.base_url}/cdn/{self.path}/img/{image}"
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return http.request(method, url, headers=sent, timeout=40, retries=False, redirect=False)

    def stored_files(self) -> set[str]:
        """What the bucket holds of this project, by key."""
        client = self.customer.deployed.client("s3")
        bucket, prefix = self.customer.info.outputs["OutputsBucket"], f"library/{self.project_id}/"
        listed = client.list_objects_v2(Bucket=bucket, Prefix=prefix)
        client.close()
        return {entry["Key"] for entry in listed.get("Contents", [])}


def banatie_key(customer: Customer, project: Project | None) -> str:
    """Make a key to a project of the customer's; without one it is a master key."""
    deployed = customer.deployed
    text, _ = create_key(
        deployed.keys,
        deployed.wallets,
        account_id=customer.account_id,
        surface=Surface.BANATIE,
        scopes=SCOPES,
        name="site",
        now_ms=deployed.now_ms(),
        project=project,
    )
    return text


def ask(
    customer: Customer, key: str | None, method: str, path: str, body: object = None, **headers: str
) -> Reply:
    """Ask the gateway; what is not bytes is sent as JSON."""
    sent = {**({"X-API-Key": key} if key else {}), **headers}
    data: bytes | None = None
    if isinstance(body, bytes):
        data = body
    elif body is not None:
        data, sent["Content-Type"] = json.dumps(body).encode(), "application/json"
    url = f"{customer.info.base_url}{path}"
    answer = http.request(method, url, body=data, headers=sent, timeout=40, retries=False)
    return Reply(answer.status, answer.headers, json.loads(answer.data) if answer.data else None)


def picture(size: tuple[int, int] = (64, 48), kind: str = "PNG") -> bytes:
    """A small picture."""
    file = io.BytesIO()
    Image.new("RGB", size, (20, 90, 160)).save(file, kind)
    return file.getvalue()
