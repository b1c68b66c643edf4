"""Amazon Bedrock: pictures at once, videos that are written into our bucket (contracts/providers §10)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

from tidegate.adapters.http import HttpClient
from tidegate.adapters.providers.answers import Answer, items, mapping, text
from tidegate.adapters.providers.bedrock_failures import failure_in, failure_of
from tidegate.adapters.providers.bedrock_input import picture_body, video_body
from tidegate.adapters.providers.protocol import (
    Abilities,
    KeyTest,
    Limited,
    OutcomeUnknown,
)
from tidegate.adapters.providers.results import at_once, check_model, decoded, failed_over, produced
from tidegate.adapters.providers.signature import NoKeys, SignatureV4, own_role
from tidegate.adapters.providers.upstream import MAX_RESULT_BYTES, Upstream
from tidegate.domain.attempt import (
    Accepted,
    Failed,
    FailureCode,
    Job,
    MediaFile,
    Prediction,
    Running,
    Succeeded,
)
from tidegate.domain.generation import MediaType

if TYPE_CHECKING:
    from botocore.credentials import Credentials

DEFAULT_BASE_URL: Final = "https://bedrock-runtime.{region}.amazonaws.com"
_KEPT_S: Final = 86_400  # videos lie in our own bucket, at least for a day
_MAX_PAGES: Final = 5
_MODEL: Final = re.compile(r"[a-z]{2}-[a-z]+-\d/[a-z0-9]+\.[a-z0-9.-]+(:\d+)?")
_ARN: Final = re.compile(r"arn:aws[a-z-]*:bedrock:([a-z0-9-]{1,20}):\d{12}:async-invoke/[a-z0-9]{12}")
_FILE: Final = "output.mp4"


class Bedrock(Limited):
    """Adapter for ``bedrock-runtime``. ``native_model`` is a region, a slash and a model id of that region.

    It runs on the permissions of the function's own role. A submit of a video carries the attempt as its
    client token, so that sending it twice makes one video, and a lost one is found by it.
    """

    name = "bedrock"
    abilities = Abilities(
        callbacks=False,
        cancel=False,
        search=True,
        output_lifetime_s=_KEPT_S,
        synchronous=frozenset({MediaType.IMAGE}),
        synchronous_timeout_s=120,
    )

    def __init__(
        self,
        http: HttpClient,
        outputs_url: str,
        base_url: str = DEFAULT_BASE_URL,
        role: Callable[[], Credentials | None] = own_role,
    ) -> None:
        """Videos are written below the S3 folder ``outputs_url``; the base URL may hold ``{region}``.

        ``role`` signs: that of the function unless somebody else asks.
        """
        self._http = http
        self._role = role
        self._outputs_url = outputs_url.rstrip("/")
        self._base_url = base_url
        self._regions: dict[str, Upstream] = {}

    def submit(self, job: Job) -> Accepted | Succeeded:
        """Make pictures at once, or start the invocation that makes a video."""
        check_model(self.name, _MODEL, job.native_model)
        region, _, model = job.native_model.partition("/")
        if job.media_type is MediaType.IMAGE:
            return self._make(self._api(region), model, job)
        return self._start(self._api(region), model, job)

    def poll(self, prediction: Prediction) -> Running | Succeeded | Failed:
        """Read the invocation."""
        region = _region_of(prediction.prediction_id)
        api = self._api(region)
        answer = api.look(f"{api.base_url}/async-invoke/{quote(prediction.prediction_id, safe='')}")
        if isinstance(answer, Running):
            return answer
        match answer.fields.get("status"):
            case "Completed":
                return self._written(answer)
            case "Failed":
                return Failed(failure_in(text(answer.fields.get("failureMessage"))))
            case _:  # InProgress, or a word of tomorrow
                return Running()

    def search(self, job: Job, since_ms: int, until_ms: int) -> Prediction | None:
        """Look for the invocation that our client token made."""
        if job.media_type is MediaType.IMAGE:
            return super().search(job, since_ms, until_ms)
        region = job.native_model.partition("/")[0]
        for summary in self._listed(self._api(region), since_ms, until_ms):
            if summary.get("clientRequestToken") == job.reference:
                return self._adopted(job, text(summary.get("invocationArn")))
        return None

    def try_key(self) -> KeyTest:
        """Ask for the newest invocation: whether the role may."""
        api = self._api("us-east-1")
        return api.try_key(f"{api.base_url}/async-invoke?maxResults=1")

    def _api(self, region: str) -> Upstream:
        if region not in self._regions:
            self._regions[region] = Upstream(
                self._http,
                NoKeys(),
                name=self.name,
                base_url=self._base_url.format(region=region),
                authentication=SignatureV4("bedrock", region, self._role),
                failure_of=failure_of,
            )
        return self._regions[region]

    def _make(self, api: Upstream, model: str, job: Job) -> Succeeded:
        url = f"{api.base_url}/model/{quote(model, safe='')}/invoke"
        body = picture_body(self._http, model, job.input)
        answer = api.submit(url, body, timeout_s=job.timeout_s, max_bytes=MAX_RESULT_BYTES)
        return at_once(_pictures(answer))

    def _start(self, api: Upstream, model: str, job: Job) -> Accepted:
        payload = {
            "clientRequestToken": job.reference,
            "modelId": model,
            "modelInput": video_body(self._http, job.input),
            "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": self._outputs_url}},
        }
        answer = api.submit(f"{api.base_url}/async-invoke", payload, timeout_s=job.timeout_s)
        return Accepted(self._adopted(job, text(answer.fields.get("invocationArn"))))

    def _adopted(self, job: Job, arn: str) -> Prediction:
        if not _ARN.fullmatch(arn):
            raise OutcomeUnknown("bedrock accepted the job without a readable name")
        return self.adopt(job.native_model, arn)

    def _written(self, answer: Answer) -> Succeeded | Failed:
        """Name the file in our bucket; the folder must be one below that which we gave."""
        where = mapping(mapping(answer.fields.get("outputDataConfig")).get("s3OutputDataConfig"))
        folder = text(where.get("s3Uri")).rstrip("/")
        if not folder.startswith(f"{self._outputs_url}/"):
            return failed_over(FailureCode.INVALID_RESPONSE, "the video is not where it was to be written")
        key = folder.removeprefix("s3://").partition("/")[2]
        return Succeeded((MediaFile(key=f"{key}/{_FILE}"),))

    def _listed(self, api: Upstream, since_ms: int, until_ms: int) -> Iterator[Mapping[str, Any]]:
        query = {"submitTimeAfter": _time(since_ms), "submitTimeBefore": _time(until_ms), "maxResults": "100"}
        for _ in range(_MAX_PAGES):
            answer = api.ask("GET", f"{api.base_url}/async-invoke?{urlencode(query, errors='replace')}")
            page = answer.fields.get("asyncInvokeSummaries") if answer and answer.is_success else None
            if answer is None or not isinstance(page, list):
                raise OutcomeUnknown("bedrock did not answer the search")
            yield from (mapping(entry) for entry in page)
            following = text(answer.fields.get("nextToken"))
            if not following:
                return
            query["nextToken"] = following
        raise OutcomeUnknown("bedrock lists more invocations than a search reads")


def _region_of(arn: str) -> str:
    match = _ARN.fullmatch(arn)
    if match is None:
        raise ValueError("this is not an invocation of bedrock's")
    return match[1]


def _pictures(answer: Answer) -> Succeeded | Failed:
    """Read the pictures; those that a filter took out are missing, and told in a 200."""
    fields = answer.fields
    reasons = [reason for reason in items(fields.get("finish_reasons")) if isinstance(reason, str)]
    files = [decoded(picture) for picture in items(fields.get("images"))]
    said = reasons[0] if reasons else text(fields.get("error"))
    if said and (reasons or not files):
        return Failed(failure_in(said))
    return produced(files)


def _time(epoch_ms: int) -> str:
    return datetime.fromtimestamp(epoch_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
