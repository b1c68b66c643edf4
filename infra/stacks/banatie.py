"""Banatie's surface: its routes, and what keeps its library in step with the generations."""

from __future__ import annotations

import aws_cdk as cdk

from infra.config import Cell, Config
from infra.constructs.route import add_routes
from infra.constructs.use import Use
from infra.stacks.cell_stack import CellStack
from infra.stacks.data import DataStack
from tidegate.domain.library.files import PREFIX, UPLOADS


class BanatieStack(CellStack):
    """One route, one function, as on the other surfaces."""

    def __init__(self, app: cdk.App, config: Config, cell: Cell, data: DataStack) -> None:
        super().__init__(app, config, cell, "Banatie", description="the Banatie surface")
        self._data = data
        self._functions = data.function_builder(self)
        self._add_flows()
        self._add_images()
        self._add_uploads()
        function = self._functions.build("banatie.not_found", [], timeout_s=config.api_timeout_s)
        add_routes(self, data.front_door.api, function, ["ANY /api/v1/{path+}"])

    def _add(self, name: str, route: str, library: tuple[str, ...], files: tuple[Use, ...] = ()) -> None:
        """Add a route whose function makes these calls on the library, and on the bucket."""
        data = self._data
        uses = [
            data.keys.use("UpdateItem"),
            data.library.use(*library),
            data.outputs_bucket.use(),
            *files,
        ]
        function = self._functions.build(f"banatie.{name}", uses, timeout_s=self.config.api_timeout_s)
        add_routes(self, data.front_door.api, function, [route])

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

    def _add_uploads(self) -> None:
        bucket = self._data.outputs_bucket
        kept = bucket.use_folder(PREFIX, "DeleteObject", "PutObject")
        sent = bucket.use_folder(UPLOADS, "GetObject")
        self._add("images_upload", "POST /api/v1/images/upload", ("PutItem", "UpdateItem"), (kept, sent))
        self._add(
            "images_upload_url",
            "POST /api/v1/images/upload-url",
            (),
            (bucket.use_folder(UPLOADS, "PutObject"),),
        )
