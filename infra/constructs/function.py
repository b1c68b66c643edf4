"""The one way to build a Lambda function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.config import Config
from infra.constructs.alarms import PERIOD, Alarms
from infra.constructs.log_group import log_group
from infra.constructs.queue import DeadLetterQueue
from infra.constructs.use import Use, environment, statements
from infra.dependencies import ROOT, dependency_layer
from infra.reference import reference_layer

RUNTIME = lambda_.Runtime.PYTHON_3_13
ARCHITECTURE = lambda_.Architecture.ARM_64
CACHES = ["**/__pycache__", "**/*.pyc", "**/.*"]
# X-Ray offers no resource to name (service authorization reference, "AWS X-Ray").
TRACE = Use(actions=("xray:PutTelemetryRecords", "xray:PutTraceSegments"), resources=("*",))


class FunctionBuilder(Construct):
    """Builds the functions of one stack, all of one kind, each with a role that holds exactly its uses.

    The layers belong to the stack: a layer's ARN changes with its content, and CloudFormation refuses to
    change a value that another stack imports.
    """

    def __init__(
        self, scope: Construct, config: Config, alarms: Alarms, *, slug: str, env: Mapping[str, str]
    ) -> None:
        super().__init__(scope, "Functions")
        self._config = config
        self._alarms = alarms
        self._slug = slug
        self._env = dict(env)
        self._code = lambda_.Code.from_asset(str(ROOT / "functions"), exclude=CACHES)
        self._layers = [self._dependencies(), self._core()]

    def build(
        self,
        name: str,
        uses: Sequence[Use],
        *,
        timeout_s: int,
        memory_mb: int = 512,
        env: Mapping[str, str] | None = None,
        dead_letters: DeadLetterQueue | None = None,
        layers: Sequence[lambda_.ILayerVersion] = (),
        alarmed: bool = False,
    ) -> lambda_.Function:
        """Build the function whose code is ``functions/<surface>/<endpoint>.py``, named ``surface.endpoint``.

        Args:
            name: the file, in dots.
            uses: what it calls, and thereby the variables that name what it calls.
            timeout_s: after how many seconds it is stopped.
            memory_mb: memory, and CPU in proportion (1,769 MB are one vCPU).
            env: settings beyond what the uses name.
            layers: what it needs beyond the two layers of all.
            dead_letters: where events of asynchronous calls go that failed for good.
            alarmed: whether its errors alarm, which takes a function that raises. API functions answer 5xx,
                which the front door's alarm sees; consumers of queues report the message, whose queue alarms.
        """
        group = log_group(self, _id(name, "Log"), self._config, f"/{self._slug}/{name}")
        write_log = Use(
            actions=("logs:CreateLogStream", "logs:PutLogEvents"), resources=(group.log_group_arn,)
        )
        traced = [TRACE] if self._config.tracing else []
        given = [*uses, *traced, write_log, *([dead_letters.send()] if dead_letters else [])]
        function = lambda_.Function(
            self,
            _id(name),
            description=f"Tidegate {name}",
            runtime=RUNTIME,
            architecture=ARCHITECTURE,
            code=self._code,
            handler=f"{name}.handler",
            layers=[*self._layers, *layers],
            role=self._role(name, given),
            environment={**self._env, "POWERTOOLS_SERVICE_NAME": name, **environment(given), **(env or {})},
            timeout=cdk.Duration.seconds(timeout_s),
            memory_size=memory_mb,
            tracing=lambda_.Tracing.ACTIVE if self._config.tracing else None,
            log_group=group,
            logging_format=lambda_.LoggingFormat.JSON,
            application_log_level_v2=lambda_.ApplicationLogLevel.INFO,
            system_log_level_v2=lambda_.SystemLogLevel.WARN,
            dead_letter_queue=dead_letters.queue if dead_letters else None,
        )
        if alarmed:
            errors = function.metric_errors(period=PERIOD)
            self._alarms.add(self, _id(name, "Errors"), errors, f"{name} fails: see /{self._slug}/{name}.")
        return function

    def _role(self, name: str, uses: Sequence[Use]) -> iam.IRole:
        """A role whose whole content is ``uses``: later grants by the library are ignored."""
        role = iam.Role(
            self,
            _id(name, "Role"),
            description=f"Tidegate {name}",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            inline_policies={"Uses": iam.PolicyDocument(statements=statements(uses))},
        )
        return role.without_policy_updates()

    def reference(self) -> lambda_.LayerVersion:
        """The layer with the surfaces' OpenAPI documents and the page that shows them."""
        folder, key = reference_layer()
        code = lambda_.Code.from_asset(str(folder), asset_hash=key, asset_hash_type=cdk.AssetHashType.CUSTOM)
        return self._layer("Reference", code, "Tidegate: OpenAPI documents and their page")

    def _dependencies(self) -> lambda_.LayerVersion:
        folder, key = dependency_layer(self._config.lambda_platform)
        code = lambda_.Code.from_asset(str(folder), asset_hash=key, asset_hash_type=cdk.AssetHashType.CUSTOM)
        return self._layer("Dependencies", code, "Tidegate: pinned third-party packages")

    def _core(self) -> lambda_.LayerVersion:
        code = lambda_.Code.from_asset(str(ROOT / "layers" / "core"), exclude=CACHES)
        return self._layer("Core", code, "Tidegate: the package tidegate")

    def _layer(self, layer_id: str, code: lambda_.Code, description: str) -> lambda_.LayerVersion:
        return lambda_.LayerVersion(
            self,
            layer_id,
            code=code,
            description=description,
            compatible_runtimes=[RUNTIME],
            compatible_architectures=[ARCHITECTURE],
        )


def _id(name: str, suffix: str = "") -> str:
    """``babysea.generate_image`` → ``BabyseaGenerateImage``."""
    return "".join(part.capitalize() for part in name.replace("_", ".").split(".")) + suffix
