"""Open opportunities, load bands and reasons of losses of the two shared data sets, worked out from the files alone.

    python3 open_reference.py ../../../../../shared/data

Needs numpy. Prints the figures that shared_open_test.cc holds the library against. As of 2011-12-15 00:00 Amsterdam (loans) and
2017-11-16 00:00 New York (crm), for the month that holds the instant. It knows nothing of the library: every question
is answered by going through an opportunity's events anew.
"""

import csv
import sys
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np


def rows(folder, name):
    with open(f"{folder}/{name}.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


class Company:
    def __init__(self, folder, zone):
        self.zone = ZoneInfo(zone)
        self.kind = {r["stage_id"]: r["kind"] for r in rows(folder, "stages")}
        self.stages = [r["stage_id"] for r in rows(folder, "stages")]
        self.first = next(s for s in self.stages if self.kind[s] == "open")
        self.reps = [r["rep_id"] for r in rows(folder, "reps")]
        self.opportunities = {r["opportunity_id"]: r for r in rows(folder, "opportunities")}
        self.events = {o: [] for o in self.opportunities}
        for event in rows(folder, "stage_events"):
            self.events[event["opportunity_id"]].append((self.instant(event["time"]), event))
        for events in self.events.values():
            events.sort(key=lambda pair: pair[0])
        self.activity = {}
        for a in rows(folder, "activities"):
            self.activity.setdefault(a["opportunity_id"], []).append(self.instant(a["time"]))
        self.quotas = [q for q in rows(folder, "quotas") if q["measure"] == "amount" and q["owner_type"] == "rep"]
        self.created = {o: self.instant(r["create_time"]) for o, r in self.opportunities.items()}

    def instant(self, text):
        t = datetime.fromisoformat(text.replace("Z", "+00:00"))
        return (t if t.tzinfo else t.replace(tzinfo=self.zone)).timestamp()

    def midnight(self, text):
        return datetime.fromisoformat(text).replace(tzinfo=self.zone).timestamp()

    def state(self, o, at, including=False):
        """(stage, since, owner, amount) as of an instant, or None; `including` takes in what happens at it."""
        known = [(t, e) for t, e in self.events[o] if t < at or (including and t == at)]
        created = self.created[o]
        if not known and not (created < at or (including and created == at)):
            return None
        record = self.opportunities[o]
        stage, since = (None, None) if known and known[0][0] <= created else (self.first, created)
        owner, amount = record["rep_id"], float(record["amount"] or 0)
        for t, e in known:
            if e["stage_id"] != stage:
                # A second close of the same kind is no new one.
                if not (stage and self.kind[stage] != "open" and self.kind[stage] == self.kind[e["stage_id"]]):
                    since = t
                stage = e["stage_id"]
            owner = e["rep_id"] or owner
            amount = float(e["amount"]) if e["amount"] else amount
        return stage, since, owner, amount

    def open_at(self, at, including=False):
        """{opportunity: (stage, since, owner, amount)} of those in an open stage."""
        states = {o: self.state(o, at, including) for o in self.opportunities}
        return {o: s for o, s in states.items() if s and self.kind[s[0]] == "open"}

    def closed(self, kind, start, end, as_of):
        """{opportunity: (stage, close, owner, amount)} closed in [start, end), as known at as_of."""
        states = {o: self.state(o, as_of) for o in self.opportunities}
        return {o: s for o, s in states.items() if s and self.kind[s[0]] == kind and start <= s[1] < end}

    def weights(self, at):
        """Share won of what was closed in the 365 days before and had reached a stage, a half added to both."""
        year = at - 365 * 86400
        count = {s: [0, 0] for s in self.stages if self.kind[s] == "open"}
        order = list(count)
        for kind in ("won", "lost"):
            for o in self.closed(kind, year, at, at):
                visited = [e["stage_id"] for t, e in self.events[o] if t < at and e["stage_id"] in count]
                if not self.events[o] or self.events[o][0][0] > self.created[o]:
                    visited.insert(0, self.first)
                if not visited:
                    continue
                low, high = order.index(visited[0]), max(order.index(v) for v in visited)
                for s in order[low:high + 1]:
                    count[s][kind == "won"] += 1
        return {s: (won + .5) / (won + lost + 1) for s, (lost, won) in count.items()}


def open_figures(company, at, month, owner):
    mine = {o: s for o, s in company.open_at(at).items() if owner in (None, s[2])}
    amount = sum(s[3] for s in mine.values())
    recent = at - 14 * 86400
    attended = sum(max([s[1]] + [t for t in company.activity.get(o, []) if t < at]) >= recent for o, s in mine.items())
    weight = company.weights(at)
    weighted = sum(s[3] * weight[s[0]] for s in mine.values())
    start, end = month
    target = sum(float(q["target"]) for q in company.quotas
                 if (q["period_start"], q["period_end"]) == month and owner in (None, q["owner_id"]))
    booked = sum(s[3] for s in company.closed("won", company.midnight(start), at, at).values() if owner in (None, s[2]))
    coverage = amount / (target - booked) if target > booked else 0
    return len(mine), amount, attended, repr(weighted), repr(coverage)


def load_band(company, months):
    """Where those who made a month's quota began it, and how many made it below, within and above."""
    outcomes = []
    for start, end in months:
        s0, s1 = company.midnight(start), company.midnight(end)
        load, booked = {}, {}
        for s in company.open_at(s0, including=True).values():
            load[s[2]] = load.get(s[2], 0) + 1
        for s in company.closed("won", s0, s1, AS_OF).values():
            booked[s[2]] = booked.get(s[2], 0) + s[3]
        for q in company.quotas:
            if (q["period_start"], q["period_end"]) == (start, end):
                outcomes.append((load.get(q["owner_id"], 0), booked.get(q["owner_id"], 0) >= float(q["target"])))
    made = np.array([n for n, ok in outcomes if ok])
    low, high = np.quantile(made, .1), np.quantile(made, .9)
    where = {"below": [], "within": [], "above": []}
    for n, ok in outcomes:
        where["below" if n < low else "above" if n > high else "within"].append(ok)
    return float(low), float(high), {k: (sum(v), len(v)) for k, v in where.items()}


def histogram(company, at, width):
    load = {r: 0 for r in company.reps}
    for s in company.open_at(at).values():
        load[s[2]] = load.get(s[2], 0) + 1
    values = np.array(list(load.values()))
    bins = np.bincount(values // width)
    return len(values), float(values.mean()), float(np.median(values)), bins.tolist()


def losses(company, start, end, as_of, owner):
    """By a made-up reason: the number of the opportunity's row modulo 3."""
    number = {o: i % 3 for i, o in enumerate(company.opportunities)}
    out = {}
    for o, s in company.closed("lost", start, end, as_of).items():
        if owner in (None, s[2]):
            count, amount = out.get(number[o], (0, 0))
            out[number[o]] = (count + 1, amount + s[3])
    return dict(sorted(out.items()))


if __name__ == "__main__":
    for name, zone, as_of, month, before, then, rep in (
            ("loans", "Europe/Amsterdam", "2011-12-15", ("2011-12-01", "2012-01-01"), ("2011-11-01", "2011-12-01"),
             "2011-11-15", "r11181"),
            ("crm", "America/New_York", "2017-11-16", ("2017-11-01", "2017-12-01"), ("2017-10-01", "2017-11-01"),
             "2017-10-16", "darcel-schlecht")):
        c = Company(f"{sys.argv[1]}/{name}", zone)
        AS_OF = c.midnight(as_of)
        for owner in (None, rep):
            print(name, owner, "open now", open_figures(c, AS_OF, month, owner))
            print(name, owner, "open before", open_figures(c, c.midnight(then), before, owner))
            print(name, owner, "lost now", losses(c, c.midnight(month[0]), AS_OF, AS_OF, owner))
            print(name, owner, "lost before", losses(c, c.midnight(before[0]), c.midnight(before[1]), AS_OF, owner))
        if name == "crm":
            months = sorted({(q["period_start"], q["period_end"]) for q in c.quotas
                             if c.midnight(q["period_end"]) <= c.midnight(month[0])
                             and c.midnight(q["period_end"]) - c.midnight(q["period_start"]) < 35 * 86400})[-12:]
            print(name, "band", months[0], len(months), load_band(c, months))
            print(name, "histogram", histogram(c, AS_OF, 10))
