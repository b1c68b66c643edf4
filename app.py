"""The CDK app: one cell per configured region. ``infra/config.py`` says what can be configured."""

import sys
from pathlib import Path

import aws_cdk as cdk

# The tables' shape comes from the core package, which is a Lambda layer and need not be installed here.
sys.path.insert(0, str(Path(__file__).resolve().parent / "layers" / "core" / "python"))

from infra.app import compose

app = cdk.App(analytics_reporting=False)
compose(app)
app.synth()
