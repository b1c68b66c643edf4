"""Registers commands: each gets the target options, ``--json``, and the same way to fail."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Concatenate, ParamSpec

import typer
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError

from cli.choose import Choice
from cli.invocation import Answer, Invocation
from cli.refusal import Refused
from tidegate.adapters.eventbridge import PublishFailed
from tidegate.adapters.secrets import SecretUnavailable
from tidegate.domain.errors import TidegateError
from tidegate.runtime import ConfigurationError

P = ParamSpec("P")
Action = Callable[Concatenate[Invocation, P], Answer]
_TARGET = "Target"


def _options(
    profile: Annotated[
        str | None,
        typer.Option(help="AWS profile; without it the local stack is used.", rich_help_panel=_TARGET),
    ] = None,
    region: Annotated[
        str | None, typer.Option(help="AWS region; else the profile's own.", rich_help_panel=_TARGET)
    ] = None,
    stage: Annotated[
        str | None, typer.Option(help="Stage, if there are several.", rich_help_panel=_TARGET)
    ] = None,
    cell: Annotated[
        str | None, typer.Option(help="Cell, if there are several.", rich_help_panel=_TARGET)
    ] = None,
    stack: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            envvar="TIDEGATE_STACK",
            help="Folder of an embedded stack, as `python -m local up --dir` makes it; else .local.",
            rich_help_panel=_TARGET,
        ),
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON for scripts.")] = False,
) -> Invocation:
    return Invocation(Choice(profile, region, stage, cell, stack), as_json=as_json)


def command(group: typer.Typer, name: str, *, has_target: bool = True) -> Callable[[Action[P]], Action[P]]:
    """Add ``action`` to ``group``. Its first parameter is the invocation; the others are the command's own.

    Exit codes: 0 done, 1 refused or not found, 2 wrong usage.
    """
    shared = inspect.signature(_options, eval_str=True).parameters
    offered = [entry for entry in shared.values() if has_target or entry.name == "as_json"]

    def register(action: Action[P]) -> Action[P]:
        @functools.wraps(action)
        def run(**given: Any) -> None:
            call = _options(**{entry.name: given.pop(entry.name) for entry in offered})
            raise typer.Exit(_run(call, functools.partial(action, call, **given)))

        _sign(run, action, offered)
        group.command(name)(run)
        return action

    return register


def _sign(run: Callable[..., None], action: Callable[..., Answer], offered: list[inspect.Parameter]) -> None:
    """Give ``run`` the parameters of ``action`` and the shared ones: typer reads the signature."""
    own = list(inspect.signature(action, eval_str=True).parameters.values())[1:]
    parameters = [entry.replace(kind=inspect.Parameter.KEYWORD_ONLY) for entry in (*own, *offered)]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {entry.name: entry.annotation for entry in parameters}


def _run(call: Invocation, act: Callable[[], Answer]) -> int:
    """Print the answer, or one message for any expected failure; return the exit code."""
    try:
        answer = act()
    except (Refused, TidegateError) as error:
        call.refuse(error.code, error.message)
    except (ConfigurationError, SecretUnavailable, PublishFailed) as error:
        call.refuse("deployment", str(error))
    except EndpointConnectionError as error:
        hint = "start it with `make up`" if call.target.is_local else "check the network and the region"
        call.refuse("unreachable", f"{error}: {hint}")
    except ClientError as error:
        call.refuse(error.response["Error"]["Code"], f"AWS refused: {error}")
    except BotoCoreError as error:
        call.refuse("aws", str(error))
    else:
        call.show(answer)
        return answer.exit_code
    return 1
