"""A route of the front door and the function behind it."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

DEFAULT = "$default"


def add_routes(
    scope: Construct, api: apigateway.HttpApi, function: lambda_.Function, routes: Sequence[str]
) -> None:
    """Send each route, written ``METHOD /path`` or ``$default``, to the function (payload format 2.0)."""
    integration = integrations.HttpLambdaIntegration(f"{function.node.id}Integration", function)
    for route in routes:
        apigateway.HttpRoute(
            scope,
            f"{function.node.id}{route.split()[0].strip('$').capitalize()}",
            http_api=api,
            route_key=_key(route),
            integration=integration,
        )


def _key(route: str) -> apigateway.HttpRouteKey:
    if route == DEFAULT:
        return apigateway.HttpRouteKey.DEFAULT
    method, path = route.split()
    return apigateway.HttpRouteKey.with_(path, apigateway.HttpMethod[method])
