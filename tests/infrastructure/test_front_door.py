"""The HTTP API itself."""

from __future__ import annotations

import json
from pathlib import Path

from tests.infrastructure.synth import OPERATOR, Synth, synthesize


def test_it_serves_the_default_stage_so_that_paths_are_exact(prod: Synth) -> None:
    (stage,) = prod.all("AWS::ApiGatewayV2::Stage")
    assert stage.props["StageName"] == "$default"
    assert stage.props["AutoDeploy"] is True


def test_it_is_throttled(prod: Synth) -> None:
    (stage,) = prod.all("AWS::ApiGatewayV2::Stage")
    settings = stage.props["DefaultRouteSettings"]
    assert settings == {"ThrottlingRateLimit": 500, "ThrottlingBurstLimit": 1000}


def test_the_access_log_is_json_and_shows_neither_keys_nor_callback_tokens(prod: Synth) -> None:
    (stage,) = prod.all("AWS::ApiGatewayV2::Stage")
    log = stage.props["AccessLogSettings"]
    fields = json.loads(log["Format"])
    assert fields["routeKey"] == "$context.routeKey"
    assert not {"$context.path", "$context.authorizer"} & set(fields.values())
    assert prod.text(log["DestinationArn"]) == "FrontDoorAccessLog"


def test_pages_that_may_call_can_be_named(tmp_path: Path) -> None:
    origins = "https://app.example.com, http://localhost:5173"
    synth = synthesize({**OPERATOR, "cors_origins": origins}, tmp_path)
    cors = synth.one("AWS::ApiGatewayV2::Api", "FrontDoorApi").props["CorsConfiguration"]
    assert cors["AllowOrigins"] == ["https://app.example.com", "http://localhost:5173"]
    assert "AllowCredentials" not in cors


def test_browsers_may_send_and_read_what_the_sdk_does(prod: Synth) -> None:
    cors = prod.one("AWS::ApiGatewayV2::Api", "FrontDoorApi").props["CorsConfiguration"]
    assert cors["AllowOrigins"] == ["*"]
    assert "AllowCredentials" not in cors
    assert set(cors["AllowMethods"]) == {"DELETE", "GET", "HEAD", "POST"}
    assert set(cors["AllowHeaders"]) == {
        "accept",
        "authorization",
        "content-type",
        "idempotency-key",
        "x-babysea-sdk-name",
        "x-babysea-sdk-version",
        "x-tidegate-test",
        "x-babysea-sdk-runtime",
        "x-babysea-sdk-runtime-version",
    }
    assert set(cors["ExposeHeaders"]) == {
        "x-ratelimit-limit",
        "x-ratelimit-remaining",
        "x-ratelimit-reset",
        "retry-after",
        "idempotency-replayed",
        "x-request-id",
    }


def test_only_the_local_api_pins_its_id(prod: Synth, local: Synth) -> None:
    assert "Tags" not in prod.one("AWS::ApiGatewayV2::Api", "FrontDoorApi").props
    tags = local.one("AWS::ApiGatewayV2::Api", "FrontDoorApi").props["Tags"]
    assert tags == {"ms-custom-id": "tidegate"}
