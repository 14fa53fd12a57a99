"""What is left, as lines for people and as plain data for programs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from canvos_tui.core.aws.prices import PRICES
from canvos_tui.core.command_words import word
from canvos_tui.core.leftovers.collect import Found
from canvos_tui.core.leftovers.thing import Kind, Thing
from canvos_tui.core.text import ago, middle, size

SCHEMA = "canvos-tui.leftovers/1"
NOTHING = "nothing is left of the runs of this machine"


def lines(found: Found, now: datetime) -> tuple[str, ...]:
    """The things, the dearest first, each with what it is and what takes it away; then the sum, and what was not seen."""
    told = [line for thing in in_order(found) for line in _lines(thing, now)]
    if not found.things and not found.unseen:
        told.append(NOTHING)
    return (*told, *sum_of(found))


def sum_of(found: Found) -> tuple[str, ...]:
    """What it costs together, what could not be asked, and which runs were not counted."""
    total = monthly(found)
    told = (f"together at most {max(total, 0.01):.2f} USD a month ({PRICES})",) if total else ()
    return (*told, *(f"? {text}" for text in found.unseen), *(f"- {text}" for text in found.passed_over))


def monthly(found: Found) -> float:
    """US dollars a month for all that is certain."""
    return sum(thing.monthly for thing in found.things if thing.certain)


def in_order(found: Found) -> tuple[Thing, ...]:
    """What is certain first, and of that the dearest."""
    return tuple(sorted(found.things, key=lambda thing: (not thing.certain, -thing.monthly, list(Kind).index(thing.kind), thing.id)))


def _lines(thing: Thing, now: datetime) -> tuple[str, ...]:
    sure = "" if thing.certain else "  (not certain)"
    head = f"{thing.kind.value:<12}{thing.id}{sure}   {_facts(thing, now)}".rstrip()
    of = f"of run {thing.run}; " if thing.run else ""
    return head, f"            {of}{thing.note}", f"            {way_of(thing)}"


def _facts(thing: Thing, now: datetime) -> str:
    most = "at most " if thing.kind is Kind.SNAPSHOT else ""
    price = f"{most}{max(thing.monthly, 0.01):.2f} USD a month" if thing.monthly else ""
    return " · ".join(
        filter(None, (size(thing.size) if thing.size else "", ago(now, thing.since) if thing.since is not None else "", price))
    )


def row_of(thing: Thing, now: datetime, width: int) -> tuple[str, str]:
    """One row of so many columns: kind and id, then age, size and US dollars a month; the middle of an id gives way."""
    age = ago(now, thing.since) if thing.since is not None else ""
    price = f"{max(thing.monthly, 0.01):.2f} USD" if thing.monthly else ""
    facts = " · ".join(filter(None, (age, size(thing.size) if thing.size else "", price))) if thing.certain else "not certain"
    room = max(12, width - 12 - len(facts) - 2)
    return f"{thing.kind.value:<12}{middle(thing.id, room):<{room}}", facts


def way_of(thing: Thing) -> str:
    """What takes it away, or why it stays."""
    if thing.needed:
        return f"stays: {thing.needed}"
    return f"remove: {delete_command(thing)}" if thing.certain else "is not removed by this program"


def delete_command(thing: Thing) -> str:
    """What takes it away, on a terminal."""
    return f"canvos-tui leftovers --delete {word(thing.id)}"


def data(found: Found, now: datetime) -> dict[str, Any]:
    """The same as a document of schema `canvos-tui.leftovers/1`; sizes are bytes, ages seconds, prices US dollars a month."""
    return {
        "schema": SCHEMA,
        "prices": PRICES,
        "monthly_usd": round(monthly(found), 4),
        "things": [_data(thing, now) for thing in in_order(found)],
        "unseen": list(found.unseen),
        "passed_over": list(found.passed_over),
    }


def _data(thing: Thing, now: datetime) -> dict[str, Any]:
    return {
        "kind": thing.kind.value,
        "id": thing.id,
        "region": thing.place.region or None,
        "run": thing.run or None,
        "certain": thing.certain,
        "removable": thing.removable,
        "needed": thing.needed or None,
        "size": thing.size or None,
        "since": thing.since.isoformat() if thing.since is not None else None,
        "age_seconds": round((now - thing.since).total_seconds()) if thing.since is not None else None,
        "monthly_usd": thing.monthly,
        "note": thing.note,
        "command": delete_command(thing) if thing.removable else None,
    }
