"""What all functions have in common."""

from __future__ import annotations

from infra.stacks.api import REFERENCES
from infra.stacks.banatie import RUNS
from tests.infrastructure.synth import Synth

FETCHING = {"babysea.generate_image", "babysea.generate_video"}
POLLS = {"sharkapi.job", "sharkapi.api_job"}
WAITING = {"live_get", "live_public", "scopes_delete", "scopes_regenerate"}
WORKERS = {"pipeline.attempt": 360, "pipeline.conclude": 30, "delivery.deliver": 60, "library.conclude": 30}


def test_every_function_runs_python_3_13_on_arm(prod: Synth) -> None:
    for function in prod.functions().values():
        assert function.props["Runtime"] == "python3.13"
        assert function.props["Architectures"] == ["arm64"]


def test_every_function_is_traced_and_logs_json_to_a_group_that_ends(prod: Synth) -> None:
    groups = {group.name: group for group in prod.all("AWS::Logs::LogGroup")}
    for function in prod.functions().values():
        assert function.props["TracingConfig"] == {"Mode": "Active"}
        logging = function.props["LoggingConfig"]
        assert logging["LogFormat"] == "JSON"
        assert groups[prod.text(logging["LogGroup"])].props["RetentionInDays"] == 30


def test_a_log_group_is_named_after_its_function(prod: Synth) -> None:
    names = {group.props["LogGroupName"] for group in prod.all("AWS::Logs::LogGroup")}
    assert {f"/tidegate-prod-us/{name}" for name in prod.functions()} <= names


def test_callers_are_answered_in_time(prod: Synth) -> None:
    for name, function in prod.functions().items():
        if name in FETCHING:  # 10 s for pictures; the rest takes seconds only when a store hardly answers
            assert function.props["Timeout"] == 25
        elif name in POLLS or name.removeprefix("banatie.") in {*RUNS, *WAITING}:
            assert function.props["Timeout"] == 29  # they wait for a picture; API Gateway gives up after 30 s
        elif not name.startswith(("pipeline.", "delivery.", "library.")):
            assert function.props["Timeout"] == 15  # the SDK's starters give up after 20 s


def test_workers_have_the_time_that_their_queue_allows(prod: Synth) -> None:
    functions = prod.functions()
    assert {name: functions[name].props["Timeout"] for name in WORKERS} == WORKERS


def test_all_functions_share_one_code_asset_and_their_stacks_layers(prod: Synth) -> None:
    functions = prod.functions().values()
    assert len({function.props["Code"]["S3Key"] for function in functions}) == 1
    for function in functions:
        layers = {prod.text(layer) for layer in function.props["Layers"]}
        assert layers - {"FunctionsReference"} == {"FunctionsDependencies", "FunctionsCore"}


def test_only_the_functions_that_serve_the_reference_carry_it(prod: Synth) -> None:
    carriers = {
        name
        for name, function in prod.functions().items()
        if "FunctionsReference" in {prod.text(layer) for layer in function.props["Layers"]}
    }
    assert carriers == {f"{surface}.{name}" for surface in REFERENCES for name in ("docs", "openapi")}


def test_layers_are_not_shared_between_stacks(prod: Synth) -> None:
    layers = prod.all("AWS::Lambda::LayerVersion")
    assert sorted({layer.stack.rpartition("-")[2] for layer in layers}) == [
        "Api",
        "Banatie",
        "Delivery",
        "Pipeline",
        "SharkApi",
    ]
    assert len(layers) == 11
