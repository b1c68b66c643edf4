"""What the simulator tells about itself, and how it is steered."""

from __future__ import annotations

from tests.contract.simulator.client import FAL_FLUX, FLUX, Client
from tidegate.adapters.providers.registry import BUILDERS


def test_what_was_received_is_shown_newest_first_without_keys(simulator: Client) -> None:
    simulator.predict("one [[fault:slow]]", input={"nonsense": 1})
    made = simulator.enqueue("two [[fall:500]]")
    simulator.fal("GET", made["status_url"])
    seen = simulator.control("GET", "/requests")
    poll, fal, replicate = seen["requests"]
    assert [entry["kind"] for entry in (poll, fal, replicate)] == ["poll", "submit", "submit"]
    assert (replicate["model"], replicate["faults"], replicate["status"]) == (FLUX, ["slow"], 201)
    assert replicate["ignored_fields"] == ["nonsense"]
    assert fal["unknown_fault_words"] == ["[[fall:500]]"]
    assert (fal["model"], fal["body"]["prompt"]) == (FAL_FLUX, "two [[fall:500]]")
    assert poll["job_id"] == fal["job_id"] == made["request_id"]
    assert replicate["headers"]["authorization"] == "***"
    assert "r8_token" not in str(seen)
    assert seen["counts"]["replicate"] == {"total": 1, "submit": 1}
    assert seen["counts"]["fal"] == {"total": 2, "submit": 1, "poll": 1}


def test_requests_can_be_picked_by_provider_and_kind(simulator: Client) -> None:
    simulator.predict("one")
    simulator.fal("GET", simulator.enqueue("two")["status_url"])
    picked = simulator.control("GET", "/requests?provider=fal&kind=submit")["requests"]
    assert [entry["body"]["prompt"] for entry in picked] == ["two"]
    assert len(simulator.control("GET", "/requests?limit=1")["requests"]) == 1


def test_jobs_are_shown_and_completed_by_hand(simulator: Client) -> None:
    job_id = simulator.predict("x")["id"]
    (job,) = simulator.control("GET", "/jobs")["jobs"]
    assert (job["id"], job["provider"], job["state"], job["files"]) == (job_id, "replicate", "queued", [])
    done = simulator.complete(job_id)
    assert done["files"] == simulator.prediction(job_id)["output"]
    assert simulator.call("POST", "/control/jobs/nothing/complete").status == 404


def test_settings_change_one_by_one(simulator: Client) -> None:
    before = simulator.control("GET", "/settings")
    after = simulator.control("PUT", "/settings", {"bad_keys": ["r8_token"]})
    assert after == {**before, "bad_keys": ["r8_token"]}
    assert simulator.replicate("GET", "/predictions").status == 401
    wrongs: list[object] = [{"queue_s": -1}, {"speed": 1}, {"jitter": 2}, []]
    for wrong in wrongs:
        assert simulator.call("PUT", "/control/settings", wrong).status == 422
    assert simulator.control("GET", "/settings") == after


def test_the_public_url_stands_in_what_the_vendors_answer(simulator: Client) -> None:
    simulator.control("PUT", "/settings", {"public_url": "http://simulator.example:81"})
    job_id = simulator.predict("x")["id"]
    simulator.complete(job_id)
    (url,) = simulator.prediction(job_id)["output"]
    assert url.startswith("http://simulator.example:81/files/")
    assert simulator.enqueue("x")["status_url"].startswith("http://simulator.example:81/fal/")


def test_a_reset_forgets_everything_but_the_keys(simulator: Client) -> None:
    secret = simulator.replicate("GET", "/webhooks/default/secret").json()
    job_id = simulator.predict("x")["id"]
    simulator.control("POST", "/reset")
    assert simulator.control("GET", "/jobs") == {"jobs": []}
    assert simulator.control("GET", "/requests") == {"counts": {}, "requests": []}
    assert simulator.replicate("GET", f"/predictions/{job_id}").status == 404
    assert simulator.replicate("GET", "/webhooks/default/secret").json() == secret


def test_the_page_offers_every_vendor_and_shows_each_ones_prompt(simulator: Client) -> None:
    offered = simulator.control("GET", "/faults")
    assert set(offered["providers"]) == set(BUILDERS)
    assert {kind["name"] for kind in offered["kinds"] if kind["takes_code"]} == {"error", "failed_with"}
    simulator.predict("a seal at dusk")
    assert simulator.control("GET", "/jobs")["jobs"][0]["prompt"] == "a seal at dusk"


def test_there_is_a_page_for_people_and_a_health_check(simulator: Client) -> None:
    page = simulator.call("GET", "/")
    assert page.headers["content-type"].startswith("text/html")
    assert b"http://" not in page.data, "it needs nothing from elsewhere"
    assert b"https://" not in page.data
    for path in ("/healthz", "/_simulator/health"):
        assert simulator.call("GET", path).json() == {"status": "ok"}
