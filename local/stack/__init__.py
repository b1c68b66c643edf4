"""The embedded stack: AWS, the providers and a webhook receiver, all on 127.0.0.1.

``Stack`` is the whole interface: ``Stack(directory, ports).up()`` starts what is not running, deploys the
CDK app when it changed, and says where everything is; ``down()`` stops it and keeps its state.
"""

from local.stack.errors import StackError
from local.stack.info import StackInfo
from local.stack.ports import Ports
from local.stack.stack import Stack

__all__ = ["Ports", "Stack", "StackError", "StackInfo"]
