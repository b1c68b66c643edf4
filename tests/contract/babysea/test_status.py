"""GET /v1/status (contracts §1.1, seed 000)."""

from __future__ import annotations

from tests.contract.babysea.gateway import NOW, NOW_MS, WINDOW_END_S, Gateway


def test_status_tells_whose_key_this_is(gateway: Gateway) -> None:
    reply = gateway.status()
    assert reply.status == 200
    assert reply.body.keys() == {"status", "request_id", "message", "timestamp", "data"}
    assert reply.body["status"] == "success"
    assert reply.body["message"] == "API connected successfully"
    assert reply.body["timestamp"] == NOW
    assert reply.data.keys() == {
        "account_id",
        "apikey_id",
        "apikey_name",
        "apikey_prefix",
        "apikey_created_at",
        "apikey_last_used_at",
        "apikey_expires_at",
    }
    assert reply.data["account_id"] == gateway.account_id
    assert reply.data["apikey_name"] == "Production key"
    assert reply.data["apikey_prefix"] == gateway.token[:9]
    assert reply.data["apikey_created_at"] == "2025-11-14T11:59:59.123Z"
    assert reply.data["apikey_last_used_at"] == reply.body["timestamp"]
    assert reply.data["apikey_expires_at"] is None


def test_an_expiry_is_shown(gateway: Gateway) -> None:
    token = gateway.add_key(expires_at_ms=NOW_MS + 60_000)
    assert gateway.status(token=token).data["apikey_expires_at"] == "2025-11-14T12:01:00.123Z"


def test_every_answer_carries_the_window_and_the_request_id(gateway: Gateway) -> None:
    first, second = gateway.status(), gateway.status()
    assert first.body["request_id"].startswith("req_")
    assert first.headers["x-request-id"] == first.body["request_id"]
    assert first.body["request_id"] != second.body["request_id"]
    assert first.headers["x-ratelimit-limit"] == "600"
    assert (first.headers["x-ratelimit-remaining"], second.headers["x-ratelimit-remaining"]) == ("599", "598")
    assert first.headers["x-ratelimit-reset"] == str(WINDOW_END_S)
    assert first.headers["content-type"] == "application/json"
    assert "retry-after" not in first.headers
    assert "idempotency-replayed" not in first.headers
