"""TLS: certificates are checked against the name, and a failed handshake has sent nothing."""

from __future__ import annotations

import datetime as dt
import io
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.unit.adapters.servers import answering, serving
from tidegate.adapters.http import ConnectFailed, HttpClient, UnsafeUrl

NAME = "receiver.example"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for ``receiver.example``, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    today = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return path


@pytest.fixture
def server_tls(certificate: Path) -> ssl.SSLContext:
    """The server's side."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def client_for(certificate: Path) -> Callable[[str, int], HttpClient]:
    """A client that trusts the certificate and may connect to one name on loopback."""

    def build(name: str, port: int) -> HttpClient:
        tls = ssl.create_default_context(cafile=str(certificate))
        return HttpClient(
            frozenset({f"{name}:{port}"}), resolve=lambda _name, _timeout_s: ["127.0.0.1"], tls=tls
        )

    return build


def test_the_certificate_is_checked_against_the_name_while_the_address_is_pinned(
    server_tls: ssl.SSLContext, client_for: Callable[[str, int], HttpClient]
) -> None:
    asked_for: list[str | None] = []
    server_tls.sni_callback = lambda _socket, name, _context: asked_for.append(name)
    with serving(answering(b"safe"), server_tls) as server:
        url = f"https://{NAME}:{server.port}/"
        assert client_for(NAME, server.port).request("GET", url).body == b"safe"
    assert asked_for == [NAME]


def test_a_certificate_of_another_name_is_a_failed_connection(
    server_tls: ssl.SSLContext, client_for: Callable[[str, int], HttpClient]
) -> None:
    with serving(answering(), server_tls) as server, pytest.raises(ConnectFailed):
        client_for("other.example", server.port).request("GET", f"https://other.example:{server.port}/")
    assert server.requests == []


def test_a_certificate_that_nobody_vouches_for_is_a_failed_connection(server_tls: ssl.SSLContext) -> None:
    with serving(answering(), server_tls) as server, pytest.raises(ConnectFailed):
        HttpClient(server.allowed).request("GET", server.url)
    assert server.requests == []


def test_a_server_that_does_not_speak_tls_is_a_failed_connection() -> None:
    def refuse(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(1)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        thread = threading.Thread(target=refuse, args=(listener,))
        thread.start()
        with pytest.raises(ConnectFailed):
            HttpClient(frozenset({f"127.0.0.1:{port}"})).request("GET", f"https://127.0.0.1:{port}/")
        thread.join(timeout=10)


def test_a_handshake_that_never_ends_is_a_failed_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        client = HttpClient(frozenset({f"127.0.0.1:{port}"}))
        with pytest.raises(ConnectFailed):
            client.request("GET", f"https://127.0.0.1:{port}/", timeout_s=0.3)


def test_a_redirect_must_not_leave_https(
    server_tls: ssl.SSLContext, client_for: Callable[[str, int], HttpClient]
) -> None:
    with serving(answering(status="302 Found", Location=f"http://{NAME}/file"), server_tls) as server:
        url = f"HTTPS://{NAME}:{server.port}/"
        with pytest.raises(UnsafeUrl):
            client_for(NAME, server.port).download(url, io.BytesIO(), max_bytes=10, deadline_s=5)
    assert len(server.requests) == 1
