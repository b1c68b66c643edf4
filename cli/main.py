"""The operator's command: ``tidegate``."""

from __future__ import annotations

import typer

from cli import (
    account_commands,
    catalog_commands,
    config_commands,
    cost_commands,
    generation_commands,
    key_commands,
    ledger_commands,
    live_commands,
    project_commands,
    provider_commands,
    routing_commands,
    wallet_commands,
    webhook_commands,
    webhook_delivery_commands,  # noqa: F401  adds its commands to the group of webhook_commands
    webhook_endpoint_commands,  # noqa: F401  same
)

app = typer.Typer(
    help="Operate a Tidegate deployment: the local stack of this project, or a cell on AWS with --profile.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # locals hold keys and secrets
)
for _name, _module in {
    "account": account_commands,
    "key": key_commands,
    "project": project_commands,
    "wallet": wallet_commands,
    "ledger": ledger_commands,
    "webhook": webhook_commands,
    "generation": generation_commands,
    "live": live_commands,
    "provider": provider_commands,
    "routing": routing_commands,
    "catalog": catalog_commands,
    "config": config_commands,
}.items():
    app.add_typer(_module.group, name=_name)
cost_commands.add_cost(app)
app.add_typer(project_commands.organizations, name="organization")

if __name__ == "__main__":
    app()
