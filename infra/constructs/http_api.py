"""The front door: an HTTP API on its ``$default`` stage, so that paths are exactly those of the surfaces."""

from __future__ import annotations

import json

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigateway
from constructs import Construct

from infra.config import Config
from infra.constructs.alarms import PERIOD, Alarms
from infra.constructs.log_group import log_group

# Browsers are a runtime of the BabySea SDK. These are the headers that it sends and reads, and our own.
CORS_ALLOW_HEADERS = [
    "accept",
    "authorization",
    "content-type",
    "idempotency-key",
    "x-babysea-sdk-name",
    "x-babysea-sdk-runtime",
    "x-babysea-sdk-runtime-version",
    "x-babysea-sdk-version",
    "x-tidegate-test",
]
CORS_EXPOSE_HEADERS = [
    "idempotency-replayed",
    "retry-after",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "x-request-id",
]
# The route instead of the path: a provider's callback carries its token in the path.
ACCESS_LOG_FIELDS = (
    "requestId",
    "requestTime",
    "routeKey",
    "status",
    "responseLength",
    "responseLatency",
    "integrationErrorMessage",
    "identity.sourceIp",
    "identity.userAgent",
)
SERVER_ERRORS_TOLERATED = 5


class FrontDoor(Construct):
    """The API without its routes: its id is the address that customers know, so it lives with the data."""

    def __init__(self, scope: Construct, config: Config, alarms: Alarms, *, slug: str) -> None:
        super().__init__(scope, "FrontDoor")
        self.api = apigateway.HttpApi(
            self, "Api", api_name=slug, create_default_stage=False, cors_preflight=_cors(config)
        )
        # The embedded stack's API is found at a fixed address by this tag. AWS gives it no meaning.
        if config.api_id_tag:
            cdk.Tags.of(self.api).add("ms-custom-id", config.api_id_tag)
        self._add_stage(config, slug)
        self.url = config.public_base_url or self.api.api_endpoint
        alarms.add(
            self,
            "ServerErrors",
            self.api.metric_server_error(period=PERIOD, statistic="Sum"),
            "The API answers 5xx: see the access log, then the route's function.",
            threshold=SERVER_ERRORS_TOLERATED,
        )

    def _add_stage(self, config: Config, slug: str) -> None:
        # Under this prefix AWS needs no entry in the account's log resource policy, whose size is limited.
        access_log = log_group(self, "AccessLog", config, f"/aws/vendedlogs/{slug}/access")
        fields = {name.replace(".", "_"): f"$context.{name}" for name in ACCESS_LOG_FIELDS}
        apigateway.CfnStage(
            self,
            "Stage",
            api_id=self.api.api_id,
            stage_name="$default",
            auto_deploy=True,
            access_log_settings=apigateway.CfnStage.AccessLogSettingsProperty(
                destination_arn=access_log.log_group_arn, format=json.dumps(fields)
            ),
            default_route_settings=apigateway.CfnStage.RouteSettingsProperty(
                throttling_rate_limit=config.rate_limit, throttling_burst_limit=config.burst_limit
            ),
        )


def _cors(config: Config) -> apigateway.CorsPreflightOptions:
    """Whoever may call does so without credentials: no cookie is read, only the key that the page holds."""
    return apigateway.CorsPreflightOptions(
        allow_origins=list(config.cors_origins),
        allow_methods=[
            apigateway.CorsHttpMethod.DELETE,
            apigateway.CorsHttpMethod.GET,
            apigateway.CorsHttpMethod.HEAD,
            apigateway.CorsHttpMethod.POST,
        ],
        allow_headers=CORS_ALLOW_HEADERS,
        expose_headers=CORS_EXPOSE_HEADERS,
        max_age=cdk.Duration.days(1),
    )
