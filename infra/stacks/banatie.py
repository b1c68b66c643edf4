"""Banatie's surface: its routes, and what keeps its library in step with the generations."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets

from infra.config import Cell, Config
from infra.constructs.event_source import feed_from_queue
from infra.constructs.queue import DeadLetterQueue, WorkQueue
from infra.constructs.route import add_routes
from infra.constructs.schedule import run_every
from infra.constructs.use import Use
from infra.stacks.banatie_admin import BanatieAdmin
from infra.stacks.cell_stack import CellStack
from infra.stacks.data import DataStack
from infra.stacks.delivery import EVENT_SOURCE
from tidegate.domain.keys import Surface
from tidegate.domain.library.files import PREFIX, UPLOADS

WAITING_TIMEOUT_S = 29  # of the functions whose answer waits for a picture: API Gateway gives up after 30 s
RUNS = {
    "generations_create": "POST /api/v1/generations",
    "generations_update": "PUT /api/v1/generations/{id}",
    "generations_retry": "POST /api/v1/generations/{id}/retry",
    "generations_regenerate": "POST /api/v1/generations/{id}/regenerate",
    "flows_regenerate": "POST /api/v1/flows/{id}/regenerate",
}
LIVE_ROUTE = "GET /cdn/{organization}/{project}/live/{scope}"
PURGE_EVERY_MIN = 24 * 60
CONCLUDE = ("DeleteItem", "GetItem", "PutItem", "UpdateItem")


class BanatieStack(CellStack):
    """One route, one function, as on the other surfaces."""

    def __init__(self, app: cdk.App, config: Config, cell: Cell, data: DataStack) -> None:
        super().__init__(app, config, cell, "Banatie", description="the Banatie surface")
        self._data = data
        self._functions = data.function_builder(self)
        self._add_generations()
        self._add_flows()
        self._add_images()
        self._add_uploads()
        self._add_live()
        self._add_scopes()
        self._add_conclusion()
        self._add_purge()
        self._add_cdn()
        BanatieAdmin(self, data, self._functions)

    def _add(
        self,
        name: str,
        route: str,
        library: tuple[str, ...],
        files: tuple[Use, ...] = (),
        *,
        more: Sequence[Use] = (),
        timeout_s: int | None = None,
        also: Sequence[str] = (),
    ) -> None:
        """Add routes to one function, which makes these calls on the library, and on the bucket."""
        data = self._data
        uses = [
            *data.authenticate(),
            data.library.use(*library),
            data.outputs_bucket.use(),
            *files,
            *more,
        ]
        function = self._functions.build(
            f"banatie.{name}", uses, timeout_s=timeout_s or self.config.api_timeout_s
        )
        add_routes(self, data.front_door.api, function, [route, *also])

    def _add_generations(self) -> None:
        data = self._data
        kept = data.outputs_bucket.use_folder(PREFIX, "DeleteObject")
        look = ("BatchGetItem", "GetItem", "Query")
        self._add("generations_list", "GET /api/v1/generations", ("BatchGetItem", "Query"))
        self._add("flows_generations", "GET /api/v1/flows/{id}/generations", look)
        self._add(
            "generations_delete",
            "DELETE /api/v1/generations/{id}",
            ("DeleteItem", "GetItem", "Query", "UpdateItem"),
            (kept,),
            more=[data.generations.use(), data.wallets.use()],
        )
        self._add(
            "generations_get",
            "GET /api/v1/generations/{id}",
            ("BatchGetItem", *CONCLUDE),
            self._files(),
            more=[data.generations.use("GetItem"), data.wallets.use()],
        )
        for name, route in RUNS.items():
            self._add(
                name,
                route,
                ("BatchGetItem", *CONCLUDE, "Query"),
                self._files(),
                more=[*self._run(), *data.moderation(), *data.enhancement()],
                timeout_s=WAITING_TIMEOUT_S,
            )

    def _add_conclusion(self) -> None:
        """Records follow their runs, whether anybody asks or not."""
        data = self._data
        queue = WorkQueue(
            self,
            "Endings",
            self.config,
            data.alarms,
            worker=self.config.library,
            holds="events of generations that the library did not follow",
            variable="ENDINGS_QUEUE_URL",
        )
        events.Rule(
            self,
            "LibraryEvents",
            description="What happens to generations of Banatie's surface goes to the library",
            event_bus=data.bus.bus,
            event_pattern=events.EventPattern(
                source=[EVENT_SOURCE], detail={"surface": [Surface.BANATIE.value]}
            ),
            targets=[targets.SqsQueue(queue.queue, dead_letter_queue=queue.dead_letters.queue)],
        )
        function = self._functions.build(
            "library.conclude",
            [
                data.library.use(*CONCLUDE),
                data.generations.use("GetItem"),
                data.wallets.use(),
                *self._files(),
                queue.consume(),
                queue.hide(),
            ],
            timeout_s=self.config.library.timeout_s,
        )
        feed_from_queue(self, "EndingMessages", function, queue, batch=10)

    def _add_purge(self) -> None:
        data = self._data
        failed = DeadLetterQueue(
            self, "PurgeFailures", self.config, data.alarms, holds="runs of the purge that failed"
        )
        purge = self._functions.build(
            "library.purge",
            [
                data.library.use_index("Query"),
                data.library.use("DeleteItem", "GetItem", "Query", "UpdateItem"),
                data.outputs_bucket.use(),
                data.outputs_bucket.use_folder(PREFIX, "DeleteObject"),
            ],
            timeout_s=900,  # Lambda's longest: a day may have many images, and it bills what it takes
            dead_letters=failed,
        )
        run_every(self, "PurgeSchedule", purge, PURGE_EVERY_MIN, dead_letters=failed)

    def _files(self) -> tuple[Use, ...]:
        """From where a run left its picture to where the library keeps it."""
        bucket = self._data.outputs_bucket
        return bucket.use("GetObject"), bucket.use_folder(PREFIX, "DeleteObject", "PutObject")

    def _settings(self) -> Use:
        models = self.config.banatie.models
        wait = {"LIBRARY_WAIT_S": str(self.config.banatie.wait_s)}
        return Use(env=wait | ({"LIBRARY_MODELS": models} if models else {}))

    def _run(self) -> list[Use]:
        """What accepting a run takes beside the library."""
        data = self._data
        return [
            data.generations.use("GetItem", "PutItem"),
            data.wallets.use("UpdateItem"),
            data.telemetry.use("GetItem"),
            data.know_bedrock(),
            self._settings(),
        ]

    def _add_live(self) -> None:
        """Pictures that are made when their URL is first asked for."""
        data = self._data
        prompts = [*data.moderation(), *data.enhancement()]
        self._add(
            "live_get",
            "GET /api/v1/live",
            CONCLUDE,
            self._files(),
            more=[*self._run(), *prompts],
            timeout_s=WAITING_TIMEOUT_S,
            also=["GET /api/v1/live/generate"],
        )
        visitors = [
            data.wallets.use("GetItem"),
            data.library.use("BatchGetItem", *CONCLUDE),
            data.secret.read(),
        ]
        function = self._functions.build(
            "banatie.live_public",
            [*visitors, *self._files(), *self._run(), *prompts],
            timeout_s=WAITING_TIMEOUT_S,
        )
        add_routes(self, data.front_door.api, function, [LIVE_ROUTE])
        self._add("live_sign", "POST /api/v1/live/sign", ("GetItem", "UpdateItem"), more=[data.secret.read()])
        self._add("live_settings_get", "GET /api/v1/live/settings", ("GetItem",))
        self._add("live_settings_set", "PUT /api/v1/live/settings", ("UpdateItem",))

    def _add_scopes(self) -> None:
        delete_files = (self._data.outputs_bucket.use_folder(PREFIX, "DeleteObject"),)
        one = "/api/v1/live/scopes/{slug}"
        self._add("scopes_create", "POST /api/v1/live/scopes", ("PutItem",))
        self._add("scopes_list", "GET /api/v1/live/scopes", ("Query",))
        self._add("scopes_get", f"GET {one}", ("BatchGetItem", "GetItem", "Query"))
        self._add("scopes_update", f"PUT {one}", ("UpdateItem",))
        self._add(
            "scopes_delete",
            f"DELETE {one}",
            ("DeleteItem", "GetItem", "Query", "UpdateItem"),
            delete_files,
            timeout_s=WAITING_TIMEOUT_S,
        )
        self._add(
            "scopes_regenerate",
            f"POST {one}/regenerate",
            ("BatchGetItem", *CONCLUDE, "Query"),
            self._files(),
            more=self._run(),
            timeout_s=WAITING_TIMEOUT_S,
        )

    def _add_flows(self) -> None:
        delete_files = (self._data.outputs_bucket.use_folder(PREFIX, "DeleteObject"),)
        look = ("GetItem", "Query")
        self._add("flows_create", "POST /api/v1/flows", ("PutItem",))
        self._add("flows_list", "GET /api/v1/flows", ("Query",))
        self._add("flows_get", "GET /api/v1/flows/{id}", look)
        self._add("flows_images", "GET /api/v1/flows/{id}/images", look)
        self._add(
            "flows_aliases_set",
            "PUT /api/v1/flows/{id}/aliases",
            ("ConditionCheckItem", *look, "UpdateItem"),
        )
        self._add("flows_alias_remove", "DELETE /api/v1/flows/{id}/aliases/{alias}", (*look, "UpdateItem"))
        self._add(
            "flows_delete", "DELETE /api/v1/flows/{id}", ("DeleteItem", *look, "UpdateItem"), delete_files
        )

    def _add_images(self) -> None:
        delete_files = (self._data.outputs_bucket.use_folder(PREFIX, "DeleteObject"),)
        look = ("GetItem", "Query")
        name = ("DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem")
        self._add("images_list", "GET /api/v1/images", ("Query",))
        self._add("images_resolve", "GET /api/v1/images/resolve/{alias}", look)
        self._add("images_get", "GET /api/v1/images/{id}", look)
        self._add("images_update", "PUT /api/v1/images/{id}", name)
        self._add("images_alias_set", "PUT /api/v1/images/{id}/alias", name)
        self._add("images_alias_remove", "DELETE /api/v1/images/{id}/alias", name)
        self._add(
            "images_delete", "DELETE /api/v1/images/{id}", ("DeleteItem", *look, "UpdateItem"), delete_files
        )
        self._add("images_restore", "POST /api/v1/images/{id}/restore", ("GetItem", "PutItem", "UpdateItem"))

    def _add_cdn(self) -> None:
        """What is open to everybody: no key, nothing written."""
        data, path = self._data, "/cdn/{organization}/{project}/img/{image}"
        kept = data.outputs_bucket.use_folder(PREFIX, "GetObject")
        uses = [data.library.use("GetItem"), data.outputs_bucket.use(), kept]
        function = self._functions.build("banatie.cdn_image", uses, timeout_s=self.config.api_timeout_s)
        add_routes(self, data.front_door.api, function, [f"GET {path}", f"HEAD {path}"])

    def _add_uploads(self) -> None:
        bucket = self._data.outputs_bucket
        kept = bucket.use_folder(PREFIX, "DeleteObject", "PutObject")
        sent = bucket.use_folder(UPLOADS, "GetObject")
        name = ("GetItem", "PutItem", "UpdateItem")
        self._add("images_upload", "POST /api/v1/images/upload", name, (kept, sent))
        self._add(
            "images_upload_url",
            "POST /api/v1/images/upload-url",
            (),
            (bucket.use_folder(UPLOADS, "PutObject"),),
        )
