"""The simulator as an ASGI app."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.resources import files

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from local.simulator import pictures
from local.simulator.callbacks import Callbacks
from local.simulator.control import Control
from local.simulator.files import Files
from local.simulator.identity import Identity
from local.simulator.jobs import Event, Job
from local.simulator.journal import Recorder
from local.simulator.settings import Settings
from local.simulator.stripe.api import Stripe
from local.simulator.vendors.alibabacloud.api import AlibabaCloud
from local.simulator.vendors.bedrock.api import Bedrock
from local.simulator.vendors.bfl.api import Bfl
from local.simulator.vendors.byteplus.api import BytePlus
from local.simulator.vendors.cloudflare.api import Cloudflare
from local.simulator.vendors.fal.api import Fal
from local.simulator.vendors.google.api import Google
from local.simulator.vendors.openai.api import OpenAI
from local.simulator.vendors.protocol import Vendor
from local.simulator.vendors.replicate.api import Replicate
from local.simulator.vendors.runway.api import Runway
from local.simulator.world import PutObject, World

_VENDORS: tuple[Callable[[World], Vendor], ...] = (
    Replicate,
    Fal,
    BytePlus,
    AlibabaCloud,
    Runway,
    Cloudflare,
    Bedrock,
    Bfl,
    OpenAI,
    Google,
)


def create_app(
    settings: Settings | None = None, identity: Identity | None = None, put_object: PutObject | None = None
) -> Starlette:
    """A new simulated world behind its vendors' APIs, the control API, the files and a page for people."""
    world = World(identity or Identity.create(), settings or Settings(), put_object=put_object)
    vendors: dict[str, Vendor] = {vendor.name: vendor for vendor in (make(world) for make in _VENDORS)}
    callbacks = Callbacks(world, vendors)

    def on_event(job: Job, event: Event) -> None:
        callbacks.notify(job, event)
        if event is Event.START and job.doom is None:  # a vendor's work is done before its file is asked for
            for scene in job.scenes():
                world.studio.prepare(scene)

    world.on_event = on_event

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        callbacks.close()
        world.engine.reset()
        world.studio.close()

    routes: list[BaseRoute] = [
        Route("/", _page),
        Route("/healthz", _health),
        Route("/_simulator/health", _health),
        Files(world, {vendor.name: vendor.retention_s for vendor in vendors.values()}).route(),
        pictures.route(),
        Mount("/control", routes=Control(world, callbacks.cancel).routes()),
        Stripe(world.identity).mount(),
        *(_mount(vendor, world) for vendor in vendors.values()),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


def _mount(vendor: Vendor, world: World) -> Mount:
    recorder = Middleware(Recorder, provider=vendor.name, journal=world.journal)
    return Mount(vendor.prefix, routes=vendor.routes(), middleware=[recorder])


async def _page(_request: Request) -> Response:
    return HTMLResponse(files("local.simulator").joinpath("page.html").read_text(encoding="utf-8"))


async def _health(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})
