"""The gateway's catalogue against the simulated models: what we would send, the vendors must take."""

from __future__ import annotations

import pytest

from local.simulator.catalog import load_catalog as load_simulated
from tests.contract.simulator.requests import requests
from tidegate.domain.catalog import load_catalog
from tidegate.domain.model import Model
from tidegate.domain.parameters import resolve_providers, validate_params
from tidegate.domain.translation import native_input

MODELS = load_catalog().models


@pytest.mark.parametrize("model", MODELS, ids=[model.identifier for model in MODELS])
def test_every_request_that_we_would_send_is_taken_whole(model: Model) -> None:
    serving: set[str] = set()
    for given in requests(model):
        params = validate_params(model, given)
        for provider in resolve_providers(model, params):
            route = model.route(provider, params)
            simulated = load_simulated().find(provider, route.native_model)
            assert simulated is not None, f"{provider} has no {route.native_model}"
            native = native_input(route, params)
            simulated.read(native)  # raises InvalidInput on a wrong value
            assert simulated.ignored(native) == []
            serving.add(provider)
    assert serving == set(model.providers)
