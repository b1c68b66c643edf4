"""OpenAI's images: the answer to the request is the pictures (contracts/providers §4)."""

from __future__ import annotations

import re
from typing import Final

from tidegate.adapters.http import HttpClient
from tidegate.adapters.providers.answers import items, mapping, text
from tidegate.adapters.providers.authentication import KeyHeader
from tidegate.adapters.providers.input_files import fetch_pictures
from tidegate.adapters.providers.multipart import Part, multipart
from tidegate.adapters.providers.openai_failures import failure_of
from tidegate.adapters.providers.protocol import Abilities, KeyTest, Limited
from tidegate.adapters.providers.results import at_once, check_model, decoded, produced
from tidegate.adapters.providers.upstream import MAX_RESULT_BYTES, Content, Upstream
from tidegate.adapters.secrets import Secrets
from tidegate.domain.attempt import Job, Succeeded
from tidegate.domain.generation import MediaType

DEFAULT_BASE_URL: Final = "https://api.openai.com/v1"
INPUT_FIELD: Final = "image"  # of the catalogue: the URLs of the pictures to edit
_MODEL: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,60}")


class OpenAI(Limited):
    """Adapter for ``api.openai.com``. ``native_model`` is such as ``gpt-image-1.5``.

    A picture takes up to two minutes at high quality, and is kept nowhere.
    """

    name = "openai"
    abilities = Abilities(
        callbacks=False,
        cancel=False,
        search=False,
        output_lifetime_s=0,
        synchronous=frozenset({MediaType.IMAGE}),
        synchronous_timeout_s=300,
    )

    def __init__(self, http: HttpClient, secrets: Secrets, base_url: str = DEFAULT_BASE_URL) -> None:
        self._http = http
        self._api = Upstream(
            http,
            secrets,
            name=self.name,
            base_url=base_url,
            authentication=KeyHeader(scheme="Bearer"),
            failure_of=failure_of,
        )

    def submit(self, job: Job) -> Succeeded:
        """Have pictures made, or edited when there are any."""
        check_model(self.name, _MODEL, job.native_model)
        fields = {"model": job.native_model, **job.input}
        urls = fields.pop(INPUT_FIELD, None)
        path = "images/edits" if urls else "images/generations"
        payload = self._form(fields, urls) if urls else fields
        url = f"{self._api.base_url}/{path}"
        answer = self._api.submit(url, payload, timeout_s=job.timeout_s, max_bytes=MAX_RESULT_BYTES)
        content_type = f"image/{text(answer.fields.get('output_format')) or 'png'}"
        pictures = [mapping(entry).get("b64_json") for entry in items(answer.fields.get("data"))]
        return at_once(produced([decoded(picture, content_type) for picture in pictures]))

    def try_key(self) -> KeyTest:
        """Ask for the list of models."""
        return self._api.try_key(f"{self._api.base_url}/models")

    def _form(self, fields: dict[str, object], urls: object) -> Content:
        parts = [Part(name, str(value).encode()) for name, value in fields.items()]
        for number, picture in enumerate(fetch_pictures(self._http, urls)):
            filename = f"{number}.{picture.extension}"
            parts.append(Part("image[]", picture.data, picture.content_type, filename))
        return multipart(parts)
