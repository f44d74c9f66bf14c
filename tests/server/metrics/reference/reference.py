"""Metrics of the two shared data sets, worked out with pandas and nothing of ours.

    python3 reference.py ../../../../../shared/data

Prints the figures that the tests hold the library against. As of 2011-12-15 00:00 Amsterdam (loans) and 2017-11-16
00:00 New York (crm); the period is the month the instant lies in, the previous one the month before.
"""

import sys

import numpy as np
import pandas as pd


def load(folder, zone):
    def instants(column):
        def one(text):
            t = pd.Timestamp(text)
            return (t.tz_localize(zone) if t.tzinfo is None else t).tz_convert("UTC")
        return column.map(one)

    o = pd.read_csv(f"{folder}/opportunities.csv", dtype={"opportunity_id": str})
    e = pd.read_csv(f"{folder}/stage_events.csv", dtype={"opportunity_id": str})
    a = pd.read_csv(f"{folder}/activities.csv", dtype={"opportunity_id": str})
    s = pd.read_csv(f"{folder}/stages.csv")
    q = pd.read_csv(f"{folder}/quotas.csv")
    r = pd.read_csv(f"{folder}/reps.csv")
    o["create"] = instants(o.create_time)
    e["t"] = instants(e.time)
    if len(a):
        a["t"] = instants(a.time)
    e["row"] = range(len(e))
    e = e.sort_values(["opportunity_id", "t", "row"], kind="stable")
    return o, e, a, s, q, r


def journeys(o, e, s, as_of):
    """One record per stay in an open stage, one per opportunity."""
    kind = dict(zip(s.stage_id, s.kind))
    first = s[s.kind == "open"].stage_id.iloc[0]
    o = o.set_index("opportunity_id")
    stays, ends = [], []
    events = {k: g for k, g in e[e.t < as_of].groupby("opportunity_id", sort=False)}
    for oid, opp in o.iterrows():
        g = events.get(oid)
        if g is None and opp.create >= as_of:
            continue
        rows = [] if g is None else list(zip(g.t, g.stage_id, g.rep_id, g.amount))
        owner, amount, stage, since = opp.rep_id, opp.amount, None, None
        close, closer = None, None
        mine = []
        if not rows or rows[0][0] > opp.create:
            stage, since = first, opp.create
        for t, new, rep, value in rows:
            moves = new != stage
            if not pd.isna(value):
                amount = value
            if moves and stage is not None and kind[stage] == "open":
                mine.append((oid, stage, since, t, new, owner))
            if isinstance(rep, str):
                owner = rep
            if moves:
                if kind[new] != "open" and (stage is None or kind[stage] != kind[new]):
                    close, closer = t, owner
                stage, since = new, t
        state = kind[stage]
        if state == "open":
            mine.append((oid, stage, since, as_of, None, owner))
        stays += [m + (state,) for m in mine]
        ends.append((oid, opp.rep_id, opp.create, state, close if state != "open" else None,
                     closer if state != "open" else owner, amount, stage))
    stays = pd.DataFrame(stays, columns="opportunity stage entry exit next rep state".split())
    ends = pd.DataFrame(ends, columns="opportunity creator create state close rep amount stage".split())
    stays["days"] = (stays.exit - stays.entry).dt.total_seconds() / 86400
    ends["close"] = pd.to_datetime(ends["close"], utc=True)
    return stays, ends


STARTS = np.array([0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 17, 21, 25, 30, 35, 40, 45, 50, 60, 75, 90, 105, 120,
                   150, 180, 240, 300, 365, 548, 730])


def conversion(stays, ends, s, start, end, stage):
    """Cohort that first reached `stage` in [start, end): exits and cumulative incidence of advancing."""
    order = list(s[s.kind == "open"].stage_id)
    place = {name: i for i, name in enumerate(order)}
    k = place[stage]
    state = ends.set_index("opportunity").state
    close = ends.set_index("opportunity").close
    exits = []
    for oid, g in stays.groupby("opportunity", sort=False):
        at = g.stage.map(place)
        if at.iloc[0] > k:
            continue
        reached = g[at >= k]
        if len(reached):
            t0 = reached.entry.iloc[0]
        elif state[oid] == "won":
            t0 = close[oid]
        else:
            continue
        if not start <= t0 < end:
            continue
        later = g[at > k]
        if len(later):
            exits.append(((later.entry.iloc[0] - t0).total_seconds() / 86400, "advanced"))
        elif state[oid] == "won":
            exits.append(((close[oid] - t0).total_seconds() / 86400, "advanced"))
        elif state[oid] == "lost":
            exits.append(((close[oid] - t0).total_seconds() / 86400, "lost"))
        else:
            exits.append(((g.exit.iloc[-1] - t0).total_seconds() / 86400, "open"))
    x = pd.DataFrame(exits, columns=["days", "what"])
    b = np.searchsorted(STARTS, x.days, side="right") - 1
    table = pd.crosstab(b, x.what).reindex(columns=["advanced", "lost", "open"], fill_value=0)
    present, surviving, incidence = len(x), 1.0, 0.0
    for _, row in table.iterrows():
        risk = present - row.open / 2
        present -= row.sum()
        if row.advanced + row.lost == 0:
            continue
        incidence += surviving * row.advanced / risk
        surviving *= 1 - (row.advanced + row.lost) / risk
    # Aalen and Johansen on the exact times.
    exact, alive, n = 0.0, 1.0, len(x)
    for t, g in x.sort_values("days").groupby("days"):
        a, l = (g.what == "advanced").sum(), (g.what == "lost").sum()
        exact += alive * a / n
        alive *= 1 - (a + l) / n
        n -= len(g)
    return dict(x.what.value_counts()), incidence, exact


def five(values):
    values = np.asarray(values, float)
    return (len(values), values.mean(), np.median(values), np.quantile(values, .9)) if len(values) else (0,)


def effect(stays, a, s, start, end, kind):
    """Mantel and Haenszel's ratio of advances in the seven days after an activity of the kind, and its parts."""
    place = {name: i for i, name in enumerate(s.stage_id)}
    state = dict(zip(s.stage_id, s.kind))
    times = {k: list(g.t) for k, g in a[a.type == kind].groupby("opportunity_id", sort=False)}
    week, nothing = pd.Timedelta(days=7), pd.Timedelta(0)
    cells = {}
    for x in stays[(stays.exit >= start) & (stays.entry < end)].itertuples():
        t0, t1 = max(x.entry, start), min(x.exit, end)
        covered, until = nothing, t0
        for t in times.get(x.opportunity, []):
            if t >= t1:
                break
            if min(t + week, t1) > until:
                covered += min(t + week, t1) - max(t, until)
                until = min(t + week, t1)
        c = cells.setdefault(x.stage, [0, 0, 0.0, 0.0])
        c[2] += covered / pd.Timedelta(days=1)
        c[3] += (max(t1 - t0, nothing) - covered) / pd.Timedelta(days=1)
        goes_on = x.next is not None and state[x.next] != "lost" and (
            state[x.next] == "won" or place[x.next] > place[x.stage])
        if goes_on and start <= x.exit < end:
            c[0 if until == t1 and t1 > t0 else 1] += 1
    r = sum(p * u / (t + u) for p, q, t, u in cells.values() if t + u > 0)
    z = sum(q * t / (t + u) for p, q, t, u in cells.values() if t + u > 0)
    return r / z if z else 0, [sum(c[i] for c in cells.values()) for i in range(4)]


def more(name, folder, zone, as_of, rep, team):
    """What report() does not print: who advances, win rates by stage, velocity, quotas, a team."""
    o, e, a, s, q, r = load(f"{folder}/{name}", zone)
    as_of = pd.Timestamp(as_of, tz=zone)
    month = as_of.replace(day=1)
    before = month - pd.DateOffset(months=1)
    quota_month = month.strftime("%Y-%m-%d")
    as_of, month, before = (t.tz_convert("UTC") for t in (as_of, month, before))
    stays, ends = journeys(o, e, s, as_of)
    order = list(s[s.kind == "open"].stage_id)
    kind = dict(zip(s.stage_id, s.kind))
    place = {n: i for i, n in enumerate(s.stage_id)}
    teams = dict(zip(r.rep_id, r.team_id))
    last = stays.groupby("opportunity").stage.last()
    first = stays.groupby("opportunity").stage.first()
    furthest = stays.assign(p=stays.stage.map(place)).groupby("opportunity").p.max()
    print(f"== more of {name}")

    def by_stage(closed, stage):
        k = place[stage]
        c = closed[closed.opportunity.isin(first.index)]
        c = c[(c.opportunity.map(first).map(place) <= k) & (c.opportunity.map(furthest) >= k)]
        return (c.state == "won").sum(), (c.state == "lost").sum()

    year = ends[(ends.close >= as_of - pd.Timedelta(days=365)) & (ends.close < as_of)]
    weight = {}
    for stage in order:
        won, lost = by_stage(year, stage)
        weight[stage] = (won + .5) / (won + lost + 1)
    print("weights", weight)
    everyone = lambda frame, column: frame
    for who, mine in (("all", everyone), (rep, lambda f, c: f[f[c] == rep]),
                      (team, lambda f, c: f[f[c].map(teams) == team])):
        closed = mine(ends[(ends.close >= month) & (ends.close < as_of)], "rep")
        for stage in order:
            gone = closed[(closed.state == "lost") & (closed.opportunity.map(last) == stage)]
            print(who, stage, "reached: won, lost", by_stage(closed, stage), "lost here", len(gone), gone.amount.sum())
        is_open = mine(ends[ends.state == "open"], "rep")
        won = closed[closed.state == "won"]
        cycle = ((won.close - won.create).dt.total_seconds() / 86400).mean()
        print(who, "open", len(is_open), "velocity",
              len(is_open) * won.amount.mean() * len(won) / len(closed) / cycle, "weighted",
              (is_open.amount * is_open.stage.map(weight)).sum())
        g = mine(q[(q.measure == "amount") & (q.owner_type == "rep") & (q.period_start == quota_month)], "owner_id")
        g = g[pd.to_datetime(g.period_end) - pd.to_datetime(g.period_start) < pd.Timedelta(days=35)]
        if len(g):
            booked = won.groupby("rep").amount.sum()
            print(who, "target", g.target.sum(), "booked", won.amount.sum(), "made",
                  (booked.reindex(g.owner_id, fill_value=0).values >= g.target.values).sum(), "of", len(g), "coverage",
                  is_open.amount.sum() / (g.target.sum() - won.amount.sum()))
        began = stays[(stays.entry <= month) & (stays.exit > month)]
        print(who, "open when the month began", "(no owner changed)" if e.rep_id.isna().all() else "", len(mine(began, "rep")))
        if not len(a):
            continue
        new = mine(ends[(ends.create >= month) & (ends.create < as_of)], "creator")
        early = a[a.opportunity_id.isin(new.opportunity)].merge(ends, left_on="opportunity_id", right_on="opportunity")
        early = early[early.t <= early.create]
        print(who, "before creation", len(early), "of", len(new), early.type.value_counts().to_dict())
        f = a[a.opportunity_id.notna() & (a.t < as_of)].merge(ends[["opportunity", "create"]], left_on="opportunity_id",
                                                              right_on="opportunity")
        f = f[(f.type == "follow_up") | (f.type.isin(["call", "email"]) & (f.t > f.create))]
        f = {k: np.sort(x.t.values) for k, x in f.groupby("opportunity")}
        # Follow-ups before the first stay count in it.
        goes = stays[stays.next.notna() & (stays.exit >= month) & (stays.exit < as_of)]
        goes = goes[[kind[n] == "won" or (kind[n] == "open" and place[n] > place[x]) for n, x in zip(goes.next, goes.stage)]]
        starts = stays.groupby("opportunity").entry.first()
        for stage, g in mine(goes, "rep").groupby("stage"):
            n = []
            for x in g.itertuples():
                t = f.get(x.opportunity, np.array([], "datetime64[ns]"))
                low = np.datetime64("1970") if x.entry == starts[x.opportunity] else x.entry.to_datetime64()
                n.append(int(((t >= low) & (t < x.exit.to_datetime64())).sum()))
            print(who, "to advance from", stage, len(n), "sum", sum(n), np.bincount(np.minimum(n, 15), minlength=16).tolist())
        print(who, "effect of calls", effect(mine(stays, "rep"), a, s, month, as_of, "call"))


def report(name, folder, zone, as_of, rep):
    o, e, a, s, q, r = load(f"{folder}/{name}", zone)
    as_of = pd.Timestamp(as_of, tz=zone)
    month = as_of.replace(day=1)
    before = month - pd.DateOffset(months=1)
    as_of, month, before = (t.tz_convert("UTC") for t in (as_of, month, before))
    stays, ends = journeys(o, e, s, as_of)
    print(f"== {name} as of {as_of}, rep {rep}")
    for who, pick in (("all", None), (rep, rep)):
        mine = lambda frame, column: frame if pick is None else frame[frame[column] == pick]
        for title, start, end in (("month", month, as_of), ("before", before, month)):
            c = mine(ends[(ends.close >= start) & (ends.close < end)], "rep")
            won, lost = c[c.state == "won"], c[c.state == "lost"]
            print(who, title, "won", len(won), "lost", len(lost), "won amount", won.amount.sum(), "lost amount",
                  lost.amount.sum(), "cycle", ((won.close - won.create).dt.total_seconds() / 86400).mean())
            new = mine(ends[(ends.create >= start) & (ends.create < end)], "creator")
            print(who, title, "created", len(new))
            closed = stays[stays.opportunity.isin(c.opportunity)]
            for stage in s[s.kind == "open"].stage_id:
                g = closed[closed.stage == stage].groupby(["state", "opportunity"]).days.sum()
                for state in ("won", "lost"):
                    if state in g.index.get_level_values(0):
                        print(who, title, stage, state, "days", five(g[state]))
            if len(a):
                w = mine(a[(a.t >= start) & (a.t < end)], "rep_id")
                print(who, title, "calls", (w.type == "call").sum(), "connected",
                      ((w.type == "call") & (w.outcome == "connected")).sum(), "seconds", w.duration_seconds.sum())
                linked = w[w.opportunity_id.notna()].merge(o[["opportunity_id", "create"]], on="opportunity_id")
                print(who, title, "prospecting calls",
                      ((linked.t <= linked.create) & (linked.type == "call")).sum() +
                      (w.opportunity_id.isna() & (w.type == "call")).sum())
                f = a[a.opportunity_id.notna() & (a.t < as_of)].merge(o[["opportunity_id", "create"]], on="opportunity_id")
                f = f[(f.type == "follow_up") | (f.type.isin(["call", "email"]) & (f.t > f.create))]
                f = f.merge(ends[["opportunity", "close"]], left_on="opportunity_id", right_on="opportunity")
                f = f[f.t < f.close]
                count = f.groupby("opportunity_id").size()
                for label, part in (("won", won), ("lost", lost)):
                    n = count.reindex(part.opportunity, fill_value=0)
                    print(who, title, label, "follow-ups", np.bincount(np.minimum(n, 15), minlength=16).tolist(), n.sum())
        now = stays[(stays.state == "open") & stays.next.isna()]
        now = mine(now, "rep")
        print(who, "open", len(now), now.groupby("stage").size().to_dict(),
              "amount", mine(ends[ends.state == "open"], "rep").amount.sum())
        for stage, g in now.groupby("stage"):
            print(who, "open age", stage, five(g.days))
    for stage in s[s.kind == "open"].stage_id:
        print("all before conversion", stage, conversion(stays, ends, s, before, month, stage))
    # Share of reps who made the amount quota of the past months (or weeks).
    ends["booked"] = ends.close
    for (start, end), g in q[(q.measure == "amount") & (q.owner_type == "rep")].groupby(["period_start", "period_end"]):
        s0, s1 = pd.Timestamp(start, tz=zone), pd.Timestamp(end, tz=zone)
        if s1 > month or (s1 - s0).days > 35:
            continue
        won = ends[(ends.state == "won") & (ends.close >= s0) & (ends.close < s1)]
        booked = won.groupby("rep").amount.sum().reindex(g.owner_id, fill_value=0)
        print("quota", start, end, "made", (booked.values >= g.target.values).sum(), "of", len(g))


if __name__ == "__main__":
    report("loans", sys.argv[1], "Europe/Amsterdam", "2011-12-15", "r11181")
    report("crm", sys.argv[1], "America/New_York", "2017-11-16", "darcel-schlecht")
    more("loans", sys.argv[1], "Europe/Amsterdam", "2011-12-15", "r11181", "bank")
    more("crm", sys.argv[1], "America/New_York", "2017-11-16", "darcel-schlecht", "melvin-marxen")
