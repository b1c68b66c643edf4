"""cdk-nag, CDK's own validation and cfn-lint have nothing to say that is not answered."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cdk_nag import AwsSolutionsChecks, ServerlessChecks

from infra.suppressions import SUPPRESSIONS, Suppression
from tests.infrastructure.synth import OPERATOR, Synth, synthesize

# CDK states a function's dependency on its role besides referring to it: doubled, and harmless.
IGNORED_BY_CFN_LINT = "W3005"
CFN_LINT = Path(sys.executable).with_name("cfn-lint")
CELL = "Tidegate-Prod-Us"


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    """What cdk-nag finds when nothing is accepted: rule and construct path."""
    synth = synthesize(
        OPERATOR,
        tmp_path_factory.mktemp("bare"),
        packs=(AwsSolutionsChecks(), ServerlessChecks()),
        acknowledged=False,
    )
    return {
        (violation["ruleName"], construct["constructPath"])
        for violation in violations(synth)
        for construct in violation["violatingConstructs"]
    }


def violations(synth: Synth) -> list[dict[str, Any]]:
    """The findings of all checks, as the synthesis reported them."""
    report = json.loads((synth.folder / "validation-report.json").read_text())
    return [violation for plugin in report["pluginReports"] for violation in plugin["violations"]]


def test_no_finding_is_left_without_a_reason(prod: Synth) -> None:
    assert violations(prod) == []


def test_the_checks_do_find_things(findings: set[tuple[str, str]]) -> None:
    assert len(findings) > 50


@pytest.mark.parametrize("suppression", SUPPRESSIONS, ids=lambda suppression: suppression.rule)
def test_a_suppression_answers_a_finding_everywhere_it_is_placed(
    suppression: Suppression, findings: set[tuple[str, str]]
) -> None:
    rule = suppression.rule.replace("{cell}", CELL).replace("{slug}", CELL.lower())
    found = [path.removeprefix(f"{CELL}-") for finding, path in findings if finding == rule]
    for where in suppression.where:
        assert [path for path in found if f"{path}/".startswith(f"{where}/")], f"nothing at {where} any more"


def test_cfn_lint_has_no_finding(prod: Synth) -> None:
    templates = [str(path) for path in prod.folder.glob("*.template.json")]
    result = subprocess.run(  # noqa: S603  our own tool on our own files
        [str(CFN_LINT), "--ignore-checks", IGNORED_BY_CFN_LINT, "--", *templates],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
