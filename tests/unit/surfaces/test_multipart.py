"""Forms, as clients write them and as they should not."""

from __future__ import annotations

import pytest

from tidegate.domain.errors import InvalidInput
from tidegate.surfaces.http import Request
from tidegate.surfaces.multipart import MAX_PARTS, Part, read_form

HEAD = b'Content-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'


def _request(body: bytes, content_type: str = "multipart/form-data; boundary=XX") -> Request:
    return Request(
        method="POST",
        path="/",
        headers={"content-type": content_type},
        query={},
        path_params={},
        body=body,
        client_address="",
    )


def _form(*parts: bytes) -> bytes:
    return b"".join(b"--XX\r\n" + part + b"\r\n" for part in parts) + b"--XX--\r\n"


def test_files_and_fields_are_read_in_order_with_every_byte() -> None:
    content = b"\x00\r\n--X\r\n\xff--XX\n--XX"
    body = _form(HEAD + content, b"content-disposition: form-data; name=alias\r\n\r\n@hero")
    assert read_form(_request(body)) == [Part("file", "a.png", content), Part("alias", None, b"@hero")]


@pytest.mark.parametrize(
    ("disposition", "name", "filename"),
    [
        (b'form-data; name="a\\"b"', 'a"b', None),
        (b'form-data; name="a%22b"; filename="c%0D%0Ad"', 'a"b', "c\r\nd"),
        (b'Form-Data; filename="x;y.png"; name="f"', "f", "x;y.png"),
        (b'form-data; name="f"; filename=""', "f", ""),
    ],
)
def test_names_are_read_as_browsers_write_them(disposition: bytes, name: str, filename: str | None) -> None:
    (part,) = read_form(_request(_form(b"Content-Disposition: " + disposition + b"\r\n\r\nx")))
    assert (part.name, part.filename) == (name, filename)


@pytest.mark.parametrize(
    "content_type", ['multipart/form-data; boundary="XX"', "Multipart/Form-Data;charset=utf-8;BOUNDARY=XX"]
)
def test_a_boundary_may_be_quoted_and_stand_anywhere(content_type: str) -> None:
    assert len(read_form(_request(_form(HEAD + b"x"), content_type))) == 1


def test_a_preamble_an_epilogue_and_padding_are_no_fields() -> None:
    body = b"hello\r\n--XX \t\r\n" + HEAD + b"x\r\n--XX--\r\nbye"
    assert [part.content for part in read_form(_request(body))] == [b"x"]


def test_an_empty_form_has_no_fields() -> None:
    assert read_form(_request(b"--XX--")) == []


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain; boundary=XX", "multipart/form-data", f"multipart/form-data; boundary={'X' * 71}"],
)
def test_what_is_no_form_is_refused(content_type: str) -> None:
    with pytest.raises(InvalidInput):
        read_form(_request(_form(HEAD + b"x"), content_type))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--XX",
        b"--XX\r\n" + HEAD + b"x",  # cut short
        b"--XX\r\n" + HEAD + b"x\r\n--X",
        b"--XXfoo\r\n" + HEAD + b"x\r\n--XX--",
        _form(b"no headers at all"),
        _form(b"Content-Type: image/png\r\n\r\nx"),
        _form(b"Content-Disposition: attachment; name=a\r\n\r\nx"),
        _form(b"Content-Disposition: form-data\r\n\r\nx"),
        _form(b"X: " + b"y" * 5_000 + b"\r\n\r\nx"),
        _form(*[HEAD + b"x"] * (MAX_PARTS + 1)),
    ],
)
def test_a_form_that_is_broken_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidInput):
        read_form(_request(body))


def test_as_many_fields_as_allowed_are_read() -> None:
    assert len(read_form(_request(_form(*[HEAD + b"x"] * MAX_PARTS)))) == MAX_PARTS


def test_a_field_that_is_no_text_is_named() -> None:
    with pytest.raises(InvalidInput, match="alias"):
        _ = Part("alias", None, b"\xff").text
