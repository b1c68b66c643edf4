"""What is done to a library at once: each draws whom it is done to, and returns its name and the deed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from tests.interleavings.library_world import SCOPE, World
from tidegate.usecases.library.purge import purge

Operation = tuple[str, Callable[[], object]]
Draw = Callable[[World], Operation]
_DAY_MS: Final = 86_400_000
_FOR_GOOD: Final = {"permanent": "true"}


def _of_a_generation(what: str, function: str, method: str, **more: Any) -> Draw:
    def draw(world: World) -> Operation:
        subject = world.random.choice(world.generations)
        headers = {"prefer": "respond-async"}
        return f"{what} {subject.name}", lambda: world.client.about(
            function, subject.id, method, headers=headers, **more
        )

    return draw


def _of_an_image(what: str, function: str, method: str, **more: Any) -> Draw:
    def draw(world: World) -> Operation:
        subject = world.random.choice(world.images)
        return f"{what} {subject.name}", lambda: world.client.about(function, subject.id, method, **more)

    return draw


def _of_a_scope(what: str, function: str, method: str) -> Draw:
    def draw(world: World) -> Operation:
        request: dict[str, Any] = {"params": {"slug": SCOPE}, "headers": {"prefer": "respond-async"}}
        return what, lambda: world.client.call(function, method, **request)

    return draw


def _end(ending: str) -> Draw:
    def draw(world: World) -> Operation:
        subject = world.random.choice(world.generations)

        def act() -> None:
            world.end(subject.id, ending)
            world.conclude(subject.id)

        return f"{ending} {subject.name}", act

    return draw


def _conclude(world: World) -> Operation:
    subject = world.random.choice(world.generations)
    return f"conclude {subject.name}", lambda: world.conclude(subject.id)


def _edit(world: World) -> Operation:
    subject, flow = world.random.choice(world.generations), world.random.choice([*world.flows, None])
    body = {"flowId": flow.id if flow else None, "meta": {"x": 1}}
    where = flow.name if flow else "no flow"
    return f"edit {subject.name} into {where}", lambda: world.client.about(
        "generations_update", subject.id, "PUT", body=body
    )


def _generate(world: World) -> Operation:
    alias, flow, query = world.alias(), world.random.choice([*world.flows, None]), world.move_or_not()
    body = {"prompt": "A new one", "alias": alias, **({"flowId": flow.id} if flow else {})}
    return f"generate {alias}", lambda: world.client.generate(body, query=query)


def _upload(world: World) -> Operation:
    alias, query = world.alias(), world.move_or_not()
    named: dict[str, Any] = {"flowId": world.flows[0].id, "flowAlias": "@u"} if world.chance(0.6) else {}
    return f"upload {alias}", lambda: world.client.upload(query=query, alias=alias, **named)


def _alias(world: World) -> Operation:
    subject, alias, query = world.random.choice(world.images), world.alias(), world.move_or_not()
    how = "take" if query else "ask for"
    return f"{how} {alias} for {subject.name}", lambda: world.client.about(
        "images_alias_set", subject.id, "PUT", body={"alias": alias}, query=query
    )


def _restore(world: World) -> Operation:
    subject = world.random.choice(world.images)

    def act() -> object:
        world.restored.add(subject.id)
        return world.client.about("images_restore", subject.id, "POST")

    return f"restore {subject.name}", act


def _name(world: World) -> Operation:
    flow, subject = world.random.choice(world.flows), world.random.choice(world.images)
    body = {"aliases": {"@n": subject.id}}
    return f"name {subject.name} in {flow.name}", lambda: world.client.about(
        "flows_aliases_set", flow.id, "PUT", body=body
    )


def _unname(world: World) -> Operation:
    flow = world.random.choice(world.flows)
    return f"unname in {flow.name}", lambda: world.client.about(
        "flows_alias_remove", flow.id, "DELETE", params={"alias": "@n"}
    )


def _end_flow(what: str, query: Mapping[str, str] | None = None) -> Draw:
    def draw(world: World) -> Operation:
        flow = world.flows[0]
        return f"{what} {flow.name}", lambda: world.client.about(
            "flows_delete", flow.id, "DELETE", query=query
        )

    return draw


def _purge(world: World) -> Operation:
    runtime = world.client.runtime
    then_ms = runtime.now_ms() + 31 * _DAY_MS

    def act() -> int:
        return purge(
            runtime.library,
            runtime.outputs,
            clock=lambda: then_ms,
            until_ms=then_ms + _DAY_MS,
            log=lambda *_, **__: None,
        )

    return "purge", act


def _visit(world: World) -> Operation:
    prompt = world.random.choice(("One", "Two"))
    return f"visit {prompt}", lambda: world.gallery.visit(prompt, SCOPE)


OPERATIONS: Final[Mapping[str, Draw]] = {
    "regenerate": _of_a_generation("regenerate", "generations_regenerate", "POST"),
    "retry": _of_a_generation("retry", "generations_retry", "POST", body={"prompt": "Another"}),
    "delete generation": _of_a_generation("delete", "generations_delete", "DELETE"),
    "destroy generation": _of_a_generation("destroy", "generations_delete", "DELETE", query=_FOR_GOOD),
    "edit": _edit,
    "conclude": _conclude,
    "succeed": _end("succeed"),
    "fail": _end("fail"),
    "generate": _generate,
    "upload": _upload,
    "alias": _alias,
    "unalias": _of_an_image("unalias", "images_alias_remove", "DELETE"),
    "delete image": _of_an_image("delete", "images_delete", "DELETE"),
    "destroy image": _of_an_image("destroy", "images_delete", "DELETE", query=_FOR_GOOD),
    "restore": _restore,
    "purge": _purge,
    "name": _name,
    "unname": _unname,
    "end flow": _end_flow("end"),
    "cascade flow": _end_flow("cascade", {"cascade": "true"}),
    "visit": _visit,
    "delete scope": _of_a_scope("delete scope", "scopes_delete", "DELETE"),
    "regenerate scope": _of_a_scope("regenerate scope", "scopes_regenerate", "POST"),
}
