"""A route of the front door and the function behind it."""

from __future__ import annotations

from collections import Counter
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
    methods: Counter[str] = Counter()
    for route in routes:
        method = route.split()[0].strip("$").capitalize()
        methods[method] += 1
        again = methods[method] if methods[method] > 1 else ""
        apigateway.HttpRoute(
            scope,
            f"{function.node.id}{method}{again}",
            http_api=api,
            route_key=_key(route),
            integration=integration,
        )


def _key(route: str) -> apigateway.HttpRouteKey:
    if route == DEFAULT:
        return apigateway.HttpRouteKey.DEFAULT
    method, path = route.split()
    return apigateway.HttpRouteKey.with_(path, apigateway.HttpMethod[method])
