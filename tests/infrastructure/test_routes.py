"""What callers can ask, and which function answers."""

from __future__ import annotations

from reference.openapi import template
from reference.surfaces import SURFACES, document
from tests.infrastructure.synth import ROOT, Synth

UNDESCRIBED = {"docs", "not_found", "openapi"}  # what tells of the surface, or of nothing

ROUTES = {
    "POST /v1/generate/image/{model_identifier+}": "babysea.generate_image",
    "POST /v1/generate/video/{model_identifier+}": "babysea.generate_video",
    "GET /v1/content/list": "babysea.content_list",
    "GET /v1/content/{generation_id}": "babysea.content_get",
    "DELETE /v1/content/{generation_id}": "babysea.content_delete",
    "POST /v1/content/generation/cancel/{generation_id}": "babysea.content_cancel",
    "GET /v1/status": "babysea.status",
    "GET /v1/usage": "shared.usage",
    "GET /v1/user/account": "babysea.user_account",
    "GET /v1/user/billing": "babysea.user_billing",
    "GET /v1/estimate/{model_identifier+}": "babysea.estimate",
    "GET /v1/library/models": "babysea.library_models",
    "GET /v1/library/providers": "babysea.library_providers",
    "GET /v1/openapi.json": "babysea.openapi",
    "GET /v1/docs": "babysea.docs",
    "GET /v1/docs/{file}": "babysea.docs",
    "GET /v1/health/inference/providers": "babysea.health_providers",
    "GET /v1/health/inference/models": "babysea.health_models",
    "GET /v1/health/storage": "babysea.health_storage",
    "GET /v1/health/cache": "babysea.health_cache",
    "GET /outputs/{key+}": "outputs.redirect",
    "HEAD /outputs/{key+}": "outputs.redirect",
    "POST /callbacks/replicate/{generation_id}/{number}/{token}": "callbacks.replicate",
    "POST /callbacks/bfl/{generation_id}/{number}/{token}": "callbacks.bfl",
    "POST /callbacks/fal/{generation_id}/{number}/{token}": "callbacks.fal",
    "POST /callbacks/google/{generation_id}/{number}/{token}": "callbacks.google",
    "POST /v1/generate": "sharkapi.generate",
    "POST /api/v1/image": "sharkapi.image",
    "GET /v1/jobs/{job_id}": "sharkapi.job",
    "GET /api/v1/jobs/{job_id}": "sharkapi.api_job",
    "GET /v1/wallet/balance": "sharkapi.wallet_balance",
    "POST /v1/wallet/topup": "sharkapi.wallet_topup",
    "POST /api/keys": "sharkapi.keys",
    "POST /payments/stripe": "payments.stripe",
    "GET /payments/stripe": "payments.stripe",
    "POST /api/v1/generations": "banatie.generations_create",
    "GET /api/v1/generations": "banatie.generations_list",
    "GET /api/v1/generations/{id}": "banatie.generations_get",
    "PUT /api/v1/generations/{id}": "banatie.generations_update",
    "DELETE /api/v1/generations/{id}": "banatie.generations_delete",
    "POST /api/v1/generations/{id}/retry": "banatie.generations_retry",
    "POST /api/v1/generations/{id}/regenerate": "banatie.generations_regenerate",
    "GET /api/v1/flows/{id}/generations": "banatie.flows_generations",
    "POST /api/v1/flows/{id}/regenerate": "banatie.flows_regenerate",
    "POST /api/v1/flows": "banatie.flows_create",
    "GET /api/v1/flows": "banatie.flows_list",
    "GET /api/v1/flows/{id}": "banatie.flows_get",
    "DELETE /api/v1/flows/{id}": "banatie.flows_delete",
    "GET /api/v1/flows/{id}/images": "banatie.flows_images",
    "PUT /api/v1/flows/{id}/aliases": "banatie.flows_aliases_set",
    "DELETE /api/v1/flows/{id}/aliases/{alias}": "banatie.flows_alias_remove",
    "POST /api/v1/images/upload": "banatie.images_upload",
    "POST /api/v1/images/upload-url": "banatie.images_upload_url",
    "GET /api/v1/images": "banatie.images_list",
    "GET /api/v1/images/resolve/{alias}": "banatie.images_resolve",
    "GET /api/v1/images/{id}": "banatie.images_get",
    "PUT /api/v1/images/{id}": "banatie.images_update",
    "DELETE /api/v1/images/{id}": "banatie.images_delete",
    "PUT /api/v1/images/{id}/alias": "banatie.images_alias_set",
    "DELETE /api/v1/images/{id}/alias": "banatie.images_alias_remove",
    "POST /api/v1/images/{id}/restore": "banatie.images_restore",
    "GET /api/v1/live": "banatie.live_get",
    "GET /api/v1/live/generate": "banatie.live_get",
    "GET /cdn/{organization}/{project}/live/{scope}": "banatie.live_public",
    "POST /api/v1/live/sign": "banatie.live_sign",
    "GET /api/v1/live/settings": "banatie.live_settings_get",
    "PUT /api/v1/live/settings": "banatie.live_settings_set",
    "POST /api/v1/live/scopes": "banatie.scopes_create",
    "GET /api/v1/live/scopes": "banatie.scopes_list",
    "GET /api/v1/live/scopes/{slug}": "banatie.scopes_get",
    "PUT /api/v1/live/scopes/{slug}": "banatie.scopes_update",
    "DELETE /api/v1/live/scopes/{slug}": "banatie.scopes_delete",
    "POST /api/v1/live/scopes/{slug}/regenerate": "banatie.scopes_regenerate",
    "GET /cdn/{organization}/{project}/img/{image}": "banatie.cdn_image",
    "HEAD /cdn/{organization}/{project}/img/{image}": "banatie.cdn_image",
    "POST /api/admin/keys": "banatie.admin_keys_create",
    "GET /api/admin/keys": "banatie.admin_keys_list",
    "DELETE /api/admin/keys/{id}": "banatie.admin_keys_revoke",
    "POST /api/admin/organizations": "banatie.admin_organizations_create",
    "GET /api/admin/organizations": "banatie.admin_organizations_list",
    "POST /api/admin/projects": "banatie.admin_projects_create",
    "GET /api/admin/projects": "banatie.admin_projects_list",
    "PUT /api/admin/projects/{id}": "banatie.admin_projects_update",
    "POST /api/bootstrap/initial-key": "banatie.bootstrap",
    "GET /api/info": "banatie.info",
    "GET /health": "banatie.health",
    "GET /api/v1/openapi.json": "banatie.openapi",
    "GET /api/v1/docs": "banatie.docs",
    "GET /api/v1/docs/{file}": "banatie.docs",
    "GET /sharkapi/openapi.json": "sharkapi.openapi",
    "GET /sharkapi/docs": "sharkapi.docs",
    "GET /sharkapi/docs/{file}": "sharkapi.docs",
    "$default": "shared.not_found",
}


def test_each_route_leads_to_its_function(prod: Synth) -> None:
    functions = {function.name: name for name, function in prod.functions().items()}
    integrations = {
        integration.logical_id: functions[prod.text(integration.props["IntegrationUri"])]
        for integration in prod.all("AWS::ApiGatewayV2::Integration")
    }
    routes = {
        route.props["RouteKey"]: integrations[route.props["Target"]["Fn::Join"][1][1]["Ref"]]
        for route in prod.all("AWS::ApiGatewayV2::Route")
    }
    assert routes == ROUTES


def test_every_deployed_route_of_a_surface_is_in_its_document_and_nothing_else_is() -> None:
    for surface in SURFACES:
        described = {
            f"{method.upper()} {path}"
            for path, methods in document(surface)["paths"].items()
            for method in methods
        }
        deployed = {
            template(route)
            for route, function in ROUTES.items()
            if function.startswith(f"{surface}.") and function.rpartition(".")[2] not in UNDESCRIBED
        }
        assert deployed - described == set(), f"add to reference/{surface}"
        assert described - {template(route) for route in ROUTES} == set(), f"in reference/{surface} only"


def test_every_integration_speaks_payload_format_2(prod: Synth) -> None:
    integrations = prod.all("AWS::ApiGatewayV2::Integration")
    assert {integration.props["PayloadFormatVersion"] for integration in integrations} == {"2.0"}


def test_the_api_may_call_a_function_through_its_own_routes_only(prod: Synth) -> None:
    permissions = [
        permission
        for permission in prod.all("AWS::Lambda::Permission")
        if permission.props["Principal"] == "apigateway.amazonaws.com"
    ]
    assert len(permissions) == len(ROUTES)
    for permission in permissions:
        assert "FrontDoorApi" in prod.text(permission.props["SourceArn"])


def test_every_deployed_function_has_its_file_and_every_file_is_deployed(prod: Synth) -> None:
    files = (ROOT / "functions").glob("*/*.py")
    written = {f"{file.parent.name}.{file.stem}" for file in files if file.stem != "__init__"}
    assert set(prod.functions()) == written
