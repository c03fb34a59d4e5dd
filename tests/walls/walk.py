"""Walks through a process: every state, every role and every verb, by the public API."""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from app.domain.transitions import Process
from tests.world import Caller, Json, Seller, World, takes_key

Request = tuple[str, str, Json]
OUTSIDE: dict[tuple[str, str], str] = {
    ("agreements", "test"): "examples_fail",
    ("agreements", "sign_for_municipality"): "work_booked_already",
}
"""What a verb may refuse although the list says that it is allowed.

Testing is what tells whether examples come out, and a municipality may not know which work a cooperative has booked.
Agreeing, ordering and delivering also stop at a credit limit and at the VAT scheme of another cooperative, and taking
over at the colleague's membership: these are not the caller's to know, and no state below reaches them.
"""


@dataclass
class Built:
    """An object in some state: where to read it, and the member whom it is about."""

    path: str
    member: Caller | None = None
    facts: dict[str, str] = field(default_factory=dict)
    """Extra values for requests about it."""


@dataclass(frozen=True, kw_only=True)
class Walk:
    """What a process needs for a walk. A state may have cases: `claimed: above the cap`."""

    noun: str
    process: Process[Any]
    states: dict[str, Callable[[], Awaitable[Built]]]
    roles: dict[str, Caller | None]
    """None: the member whom the thing is about. `both` comes last: that member gets offices."""
    send: Callable[[str, Built, Json], Request] | None = None
    inputs: Json = field(default_factory=dict)
    """By the name of an input of a step."""
    look: Callable[[Caller, Built], Awaitable[Json | None]] | None = None
    alone: bool = False
    """Whether only one can exist at a time, so that each role needs its own."""


def moved(verb: str, built: Built, given: Json) -> Request:
    """The request of a process whose verbs are one operation."""
    return "POST", f"{built.path}/transitions", {"verb": verb, **given}


async def ask(who: Caller, method: str, path: str, body: Json | None = None, version: int | None = None) -> Any:
    """Status and answer, whatever they are."""
    sent = {"Accept-Language": "en", "Authorization": f"Bearer {who.token}"}
    sent |= {"Idempotency-Key": uuid.uuid4().hex} if method == "POST" and takes_key(path) else {}
    sent |= {"If-Match": f'"{version}"'} if method == "PATCH" else {}
    answer = await who.client.request(method, path, json=body, headers=sent)
    return answer.status_code, answer.json() if answer.content else {}


async def offices(world: World, who: Caller, **places: str) -> Caller:
    """The same person with additional offices, such as `coordinator=cooperative_id`."""
    person_id = (await who("GET", "/v1/me"))["person"]["id"]
    if places.keys() >= {"coordinator", "treasurer"}:
        await world.approver(places["coordinator"])
    for role, place in places.items():
        kind = "municipalityId" if role in ("controller", "case_manager") else "cooperativeId"
        await world.network("POST", "/v1/offices", {"personId": person_id, "role": role, kind: place})
    return who


async def look(walk: Walk, who: Caller, built: Built) -> Json | None:
    """The object as a caller sees it; None if they do not."""
    if walk.look is not None:
        return await walk.look(who, built)
    status, found = await ask(who, "GET", built.path)
    return found.get("purchase", found) if status == 200 else None


def reason_in(problem: Json) -> str:
    """The code of the reason of a refusal, as a list of steps shows it."""
    facts = problem.get("facts", {})
    return str(facts.get("reason") or facts.get("rule") or problem["code"])


async def walk_through(world: World, seller: Seller, walk: Walk) -> int:
    """Every listed step does what the list says, every other one is refused. Returns the number of attempts."""
    tried = 0
    for case, build in walk.states.items():
        built = await build()
        for role, caller in walk.roles.items():
            built = await build() if walk.alone else built
            who = caller or built.member
            assert who is not None
            if role == "both":
                await offices(world, who, coordinator=seller.id, treasurer=seller.id)
            seen = await look(walk, who, built)
            listed = {step["verb"]: step for step in (seen or {}).get("availableTransitions", [])}
            rows = [row.verb for row in walk.process.leading_on[case.partition(":")[0]]]
            assert seen is None or list(listed) == rows, (case, role, listed)
            verbs = [str(verb) for verb in walk.process.verbs]
            allowed = [verb for verb in verbs if listed.get(verb, {}).get("allowed")]
            for verb in (verb for verb in verbs if verb not in allowed):
                await _is_refused(walk, who, built, (walk.noun, case, role, verb), listed.get(verb), seen)
            for verb in allowed:
                await _succeeds(world, seller, walk, (walk.noun, case, role, verb))
            tried += len(verbs)
    return tried


async def _is_refused(
    walk: Walk, who: Caller, built: Built, place: tuple[str, ...], step: Json | None, seen: Json | None
) -> None:
    """A step that is blocked, or not possible in this state, is refused with the listed reason."""
    given = dict(walk.inputs)
    method, path, body = (walk.send or moved)(place[3], built, _of(walk, place[3], given))
    status, problem = await ask(who, method, path, body, (seen or {}).get("version", 1))
    assert status >= 400, (place, problem)
    reason = reason_in(problem)
    if seen is None:
        assert problem["code"] in ("not_found", "forbidden", "wrong_state"), (place, problem)
    elif step is None:
        assert problem["code"] in ("wrong_state", "not_found", "forbidden", "already_settled"), (place, problem)
    elif step["reason"] == "forbidden":
        # An outsider is not told that it exists.
        assert reason in ("not_found", "forbidden"), (place, problem)
    elif step["reason"] != "time_is_over":
        assert reason == step["reason"], (place, problem, step)
        assert problem["detail"] == step["message"], (place, problem, step)
    assert step is None or (step["message"] and "…" not in step["message"]), (place, step)


async def _succeeds(world: World, seller: Seller, walk: Walk, place: tuple[str, ...]) -> None:
    """An allowed step succeeds with its inputs, and is refused without them. Its answer lists the next steps."""
    _, case, role, verb = place
    built = await walk.states[case]()
    who = walk.roles[role] or built.member
    assert who is not None
    if role == "both":
        await offices(world, who, coordinator=seller.id, treasurer=seller.id)
    seen = await look(walk, who, built)
    assert seen is not None, place
    (step,) = [step for step in seen["availableTransitions"] if step["verb"] == verb]
    assert (step["allowed"], step["reason"], step["message"]) == (True, None, None), (place, step)
    send = walk.send or moved
    for need in step["needs"]:
        given = {name: value for name, value in walk.inputs.items() if name in step["needs"] and name != need}
        status, problem = await ask(who, *send(verb, built, given), seen["version"])
        assert status in (400, 409, 422), (place, need, problem)
    given = {name: value for name, value in walk.inputs.items() if name in step["needs"]}
    status, answer = await ask(who, *send(verb, built, given), seen["version"])
    if status >= 400 and reason_in(answer) == OUTSIDE.get((walk.noun, verb)):
        return
    assert status in (200, 201), (place, answer)
    after = await look(walk, who, built)
    if after is not None and "availableTransitions" in answer and answer.get("id") == after["id"]:
        assert answer["availableTransitions"] == after["availableTransitions"], place
    assert after is None or after["state"] in (step["to"], *SOFTER.get((walk.noun, verb), ())), (place, after["state"])


SOFTER: dict[tuple[str, str], tuple[str, ...]] = {
    ("ballots", "vote"): ("accepted", "rejected"),
    ("nettings", "confirm"): ("proposed",),
    ("costs", "approve"): ("to_confirm",),
    ("agreements", "sign_for_cooperative"): ("signed",),
    ("agreements", "sign_for_municipality"): ("tested",),
    ("assignments", "approve"): ("settled",),
    ("parts", "accept"): ("waiting",),
}
"""Other states that a step may lead to: it decides, or needs somebody else too."""


def _of(walk: Walk, verb: str, given: Json) -> Json:
    """The inputs that a verb accepts: an input of another verb is an error."""
    (row,) = [row for row in walk.process if row.verb == verb]
    needs = {"reason"} if callable(row.terms.needs) else {need.name for need in row.terms.needs}
    return {name: value for name, value in given.items() if _snake(name) in needs}


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
