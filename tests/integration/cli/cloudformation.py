"""A CloudFormation that answers DescribeStacks, two stacks a page (moto's own needs further packages)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from tests.integration.cli.loopback import answering

_PAGE = 2


@dataclass(frozen=True, slots=True)
class Stack:
    """A deployed stack."""

    name: str
    tags: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)

    def to_xml(self) -> str:
        tags = _members(("Key", "Value"), self.tags)
        outputs = _members(("OutputKey", "OutputValue"), self.outputs)
        return (
            f"<member><StackName>{self.name}</StackName>"
            f"<StackId>arn:aws:cloudformation:us-east-1:123456789012:stack/{self.name}/1</StackId>"
            "<CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus>"
            f"<Tags>{tags}</Tags><Outputs>{outputs}</Outputs></member>"
        )


@contextmanager
def cloudformation(stacks: list[Stack]) -> Iterator[str]:
    """Serve the stacks; yields the endpoint."""

    def answer(body: bytes) -> bytes:
        asked = parse_qs(body.decode())
        return _describe(stacks, int(asked.get("NextToken", ["0"])[0])).encode()

    with answering(answer) as endpoint:
        yield endpoint


def _describe(stacks: list[Stack], start: int) -> str:
    page = "".join(stack.to_xml() for stack in stacks[start : start + _PAGE])
    more = f"<NextToken>{start + _PAGE}</NextToken>" if start + _PAGE < len(stacks) else ""
    return (
        '<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">'
        f"<DescribeStacksResult><Stacks>{page}</Stacks>{more}</DescribeStacksResult></DescribeStacksResponse>"
    )


def _members(names: tuple[str, str], values: Mapping[str, str]) -> str:
    first, second = names
    return "".join(
        f"<member><{first}>{escape(key)}</{first}><{second}>{escape(value)}</{second}></member>"
        for key, value in values.items()
    )
