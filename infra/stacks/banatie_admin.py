"""Banatie's routes beside its library: what master keys do, and what the surface says of itself."""

from __future__ import annotations

from collections.abc import Sequence

from infra.constructs.function import FunctionBuilder
from infra.constructs.route import add_routes
from infra.constructs.use import Use
from infra.stacks.cell_stack import CellStack
from infra.stacks.data import DataStack

MAKE_KEY = ("BatchGetItem", "GetItem", "PutItem")
FIND_OR_MAKE = ("GetItem", "PutItem", "Query")


class BanatieAdmin:
    """Functions of the Banatie stack."""

    def __init__(self, stack: CellStack, data: DataStack, functions: FunctionBuilder) -> None:
        self._stack = stack
        self._data = data
        self._functions = functions
        self._add_keys()
        self._add_organizations_and_projects()
        self._add_about()

    def _add(self, name: str, route: str, uses: Sequence[Use]) -> None:
        timeout_s = self._stack.config.api_timeout_s
        function = self._functions.build(f"banatie.{name}", uses, timeout_s=timeout_s)
        add_routes(self._stack, self._data.front_door.api, function, [route])

    def _add_keys(self) -> None:
        data, path = self._data, "/api/admin/keys"
        known = self._known()
        read_keys = (*known, data.keys.use_index("Query"), data.keys.use("BatchGetItem", "GetItem"))
        find_project = data.library.use(*FIND_OR_MAKE)
        self._add("admin_keys_create", f"POST {path}", [*known, find_project, *self._make_key()])
        self._add("admin_keys_list", f"GET {path}", [*read_keys, data.library.use("Query")])
        self._add("admin_keys_revoke", f"DELETE {path}/{{id}}", read_keys)

    def _add_organizations_and_projects(self) -> None:
        known, library = self._known(), self._data.library
        path = "/api/admin/organizations"
        self._add("admin_organizations_create", f"POST {path}", [*known, library.use("PutItem")])
        self._add("admin_organizations_list", f"GET {path}", [*known, library.use("Query")])
        path, read_account = "/api/admin/projects", self._data.wallets.use("GetItem")
        self._add("admin_projects_create", f"POST {path}", [*known, library.use(*FIND_OR_MAKE), read_account])
        self._add("admin_projects_list", f"GET {path}", [*known, library.use("Query")])
        self._add(
            "admin_projects_update", f"PUT {path}/{{id}}", [*known, library.use("GetItem", "UpdateItem")]
        )

    def _add_about(self) -> None:
        """What asks for no key, or for none in particular."""
        data = self._data
        door = data.library.use("GetItem", "UpdateItem")
        self._add(
            "bootstrap", "POST /api/bootstrap/initial-key", [door, data.telemetry.use(), *self._make_key()]
        )
        self._add("info", "GET /api/info", [data.keys.use("UpdateItem"), data.telemetry.use()])
        self._add("health", "GET /health", [])

    def _known(self) -> tuple[Use, ...]:
        """Who asks; and the names of what is shared by all that administers."""
        return (*self._data.authenticate(), self._data.library.use(), self._data.wallets.use())

    def _make_key(self) -> list[Use]:
        keys, wallets = self._data.keys, self._data.wallets
        return [keys.use(*MAKE_KEY), wallets.use("ConditionCheckItem", "GetItem")]
