"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const SVG = "http://www.w3.org/2000/svg";
const number = new Intl.NumberFormat("en");

/* Everything that comes from the data becomes text or an attribute, never markup. */
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === "onclick") element.addEventListener("click", value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}
function draw(tag, attributes, text) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  return element;
}
/* What drives the direction of text, or hides, is shown as an escape. */
function plain(text) {
  return String(text).replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (character) => "\\u{" + character.codePointAt(0).toString(16) + "}");
}
function percent(part, whole) { return whole ? (100 * part / whole).toFixed(1) + " %" : "none"; }
function share(part, whole) { return number.format(part) + " of " + number.format(whole) + " (" + percent(part, whole) + ")"; }
function day(time) { return time.slice(0, 10); }
function short(commit) { return commit.slice(0, 10); }

function facts(outcomes) {
  return outcomes.map((outcome) => {
    const runs = outcome.selected.length + outcome.only_broad.length;
    const skipped = Object.values(outcome.skipped).reduce((sum, list) => sum + list.length, 0);
    return { runs, all: runs + skipped, broad: outcome.broad.length > 0, empty: outcome.empty };
  });
}
const known = facts(data.outcomes);
const other = data.against ? facts(data.against.outcomes) : null;
const changes = data.changes.map((change, at) => ({
  change, at, ...known[change.outcome], other: other ? other[data.against.outcome[at]] : null,
}));
const counted = changes.filter((one) => !one.empty);

/* A plot with a frame: horizontal lines, their labels, and what `paint` adds. */
function plot(label, most, format, paint) {
  const [width, height, left, bottom, top] = [560, 240, 48, 28, 10];
  const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, width: "100%", role: "img", "aria-label": label });
  const y = (value) => top + (height - bottom - top) * (1 - value / (most || 1));
  for (let line = 0; line <= 4; line += 1) {
    const value = most * line / 4;
    svg.append(draw("line", { class: "grid", x1: left, x2: width, y1: y(value), y2: y(value) }));
    svg.append(draw("text", { class: "tick", x: left - 6, y: y(value) + 4, "text-anchor": "end" }, format(value)));
  }
  paint(svg, { left, right: width - 4, base: y(0), y, label: (x, text, anchor) =>
    svg.append(draw("text", { class: "tick", x, y: height - 8, "text-anchor": anchor || "middle" }, text)) });
  return svg;
}
/* A round number, not below `most`, of which a quarter is whole. */
function roundUp(most) {
  const unit = 10 ** Math.floor(Math.log10(Math.max(1, most / 4)));
  return 4 * unit * [1, 2, 5, 10].find((step) => 4 * unit * step >= most);
}
function legend(entries) {
  return make("ul", { class: "legend" }, ...entries.map(([colour, text]) => {
    const item = make("li", {}, make("i", {}), text);
    item.firstChild.style.background = `var(${colour})`;
    return item;
  }));
}
function titled(element, text) { element.append(draw("title", {}, text)); return element; }

/* Buckets of equally many changes, oldest first: time alone would leave most of the width to the quiet years. */
function overTime() {
  const ordered = counted.slice().sort((one, two) =>
    one.change.time < two.change.time ? -1 : one.change.time > two.change.time ? 1 : two.at - one.at);
  const buckets = Math.min(60, ordered.length);
  const points = [];
  for (let at = 0; at < buckets; at += 1) {
    const own = ordered.slice(Math.floor(at * ordered.length / buckets), Math.floor((at + 1) * ordered.length / buckets));
    const sum = (pick) => own.reduce((total, one) => total + pick(one), 0);
    points.push({
      own, from: day(own[0].change.time), to: day(own[own.length - 1].change.time),
      runs: sum((one) => one.runs) / sum((one) => one.all),
      broad: sum((one) => (one.broad ? 1 : 0)) / own.length,
      other: other ? sum((one) => one.other.runs) / sum((one) => one.other.all) : null,
    });
  }
  const lines = [["--series-1", "gates that would have run", "runs"], ["--series-2", "changes with a broad route", "broad"]];
  if (other) lines.push(["--series-4", "gates by the other policy", "other"]);
  const svg = plot("Share of gates over time", 1, (value) => Math.round(100 * value) + " %", (svg, frame) => {
    const x = (at) => frame.left + (frame.right - frame.left) * (points.length > 1 ? at / (points.length - 1) : .5);
    for (const [colour, , key] of lines) {
      const path = points.map((point, at) => `${at ? "L" : "M"}${x(at).toFixed(1)} ${frame.y(point[key]).toFixed(1)}`);
      const line = draw("path", { d: path.join(""), fill: "none", "stroke-width": 2 });
      line.style.stroke = `var(${colour})`;
      svg.append(line);
    }
    points.forEach((point, at) => {
      const step = (frame.right - frame.left) / points.length;
      const text = `${point.from} to ${point.to}: ${lines.map(([, name, key]) => `${name} ${(100 * point[key]).toFixed(1)} %`).join(", ")}`;
      svg.append(titled(draw("rect", { x: x(at) - step / 2, y: 0, width: step, height: frame.base, fill: "transparent" }), text));
    });
    if (points.length) {
      frame.label(frame.left, points[0].from, "start");
      frame.label(frame.right, points[points.length - 1].to, "end");
    }
  });
  return sheet("Over time", svg, legend(lines.map(([colour, text]) => [colour, text])));
}
function histogram() {
  const most = counted.reduce((max, one) => Math.max(max, one.runs), 0);
  const size = Math.max(1, Math.ceil((most + 1) / 30));
  const bins = Array.from({ length: Math.floor(most / size) + 1 }, () => [0, 0]);
  for (const one of counted) bins[Math.floor(one.runs / size)][one.broad ? 1 : 0] += 1;
  const highest = roundUp(bins.reduce((max, [narrow, broad]) => Math.max(max, narrow + broad), 0));
  const svg = plot("Gates a change", highest, (value) => number.format(value), (svg, frame) => {
    const step = (frame.right - frame.left) / bins.length;
    bins.forEach(([narrow, broad], at) => {
      const from = at * size;
      const name = size === 1 ? `${from} gates` : `${from} to ${from + size - 1} gates`;
      let top = frame.base;
      for (const [count, colour, what] of [[narrow, "--series-1", "narrow"], [broad, "--series-2", "broad"]]) {
        if (!count) continue;
        const height = frame.base - frame.y(count);
        top -= height;
        const bar = draw("rect", { x: frame.left + at * step + 1, y: top, width: Math.max(1, step - 2), height });
        bar.style.fill = `var(${colour})`;
        svg.append(titled(bar, `${name}: ${count} ${what} changes`));
      }
      if (at % Math.ceil(bins.length / 10) === 0) frame.label(frame.left + (at + .5) * step, from);
    });
  });
  return sheet("Gates a change", svg, legend([["--series-1", "narrow route"], ["--series-2", "broad route"]]));
}

function sheet(title, ...children) {
  return make("section", { class: "sheet" }, make("h3", {}, title), ...children);
}
function table(heads, rows) {
  const head = make("tr", {}, ...heads.map(([text, kind]) => make("th", { class: kind, scope: "col" }, text)));
  return make("div", { class: "scroll" }, make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows)));
}
function barCell(part, whole) {
  const bar = make("i", { class: "bar" });
  bar.style.width = (whole ? 100 * part / whole : 0) + "%";
  return make("td", { class: "bar-cell" }, make("span", {}, bar));
}
/* The first rows of a list, and a button for the others. */
function listing(title, note, heads, items, row, few) {
  const box = make("section", { class: "sheet" }, make("h3", {}, title), note ? make("p", { class: "faint" }, note) : null);
  let shown = Math.min(items.length, few);
  const body = table(heads, items.slice(0, shown).map(row));
  box.append(body);
  if (shown < items.length) {
    const more = make("button", { class: "no-print", onclick: () => {
      const next = items.slice(shown, shown + 200);
      body.querySelector("tbody").append(...next.map(row));
      shown += next.length;
      label();
    } });
    const label = () => {
      more.hidden = shown >= items.length;
      more.textContent = `Show more (${number.format(items.length - shown)} left)`;
    };
    label();
    box.append(more);
  }
  return box;
}
function code(text) { return make("code", {}, plain(text)); }
function cell(...children) { return make("td", {}, ...children); }
function count(value) { return make("td", { class: "num" }, number.format(value)); }
function copied(text) {
  return make("button", { class: "copy no-print", type: "button", onclick: (event) => {
    const done = () => { event.target.textContent = "copied"; };
    if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, () => {});
  } }, "copy");
}

function layers() {
  const rows = data.totals.layers.map((layer) => make("tr", {}, cell(layer.layer), barCell(layer.selected, layer.possible),
    make("td", { class: "num" }, share(layer.selected, layer.possible))));
  return sheet("By layer", table([["layer"], [""], ["would have run", "num"]], rows));
}
function causes() {
  const files = data.totals.broad.files.slice().sort((one, two) => two.changes - one.changes || two.alone - one.alone);
  const most = files.length ? files[0].changes : 0;
  const box = listing("What forces the broad route",
    data.totals.broad.causes.map((cause) => `${plain(cause.text)}: ${number.format(cause.changes)}`).join("; ") || "nothing",
    [["file without a row"], [""], ["changes", "num"], ["by it alone", "num"]], files,
    (file) => make("tr", {}, cell(code(file.path)), barCell(file.changes, most), count(file.changes), count(file.alone)), 12);
  return box;
}
function spots() {
  const note = data.mapped_since ? `${number.format(data.mapped_since)} more files had no row then and have one today.` : null;
  return listing("Rows that are missing", note,
    [["row"], ["changes", "num"], ["narrow by it alone", "num"], ["files", "num"]], data.spots,
    (spot) => make("tr", {}, cell(code(spot.row), " ", copied(spot.row),
      spot.beside ? make("div", { class: "faint" }, `beside ${plain(spot.beside.map)}:${spot.beside.line}`) : null),
    count(spot.changes), count(spot.alone), count(spot.files)), 12);
}
function domains() {
  const list = data.totals.domains.slice().sort((one, two) => two.reached - one.reached);
  return listing("By domain", null, [["domain"], ["changes that reach it", "num"], [""], ["its gates that would have run", "num"]], list,
    (domain) => make("tr", {}, cell(plain(domain.id)), count(domain.reached), barCell(domain.selected, domain.possible),
      make("td", { class: "num" }, share(domain.selected, domain.possible))), 12);
}
function gates() {
  const list = data.totals.gates.slice().sort((one, two) => two.selected - one.selected);
  return listing("By gate", null, [["gate"], ["layer"], [""], ["would have run", "num"], ["only for broad", "num"]], list,
    (gate) => make("tr", {}, cell(code(gate.id), gate.title === gate.id ? null : make("div", { class: "faint" }, plain(gate.title))),
      cell(gate.layer), barCell(gate.selected, gate.possible), make("td", { class: "num" }, share(gate.selected, gate.possible)),
      count(gate.only_broad)), 12);
}
function misses() {
  const results = data.results;
  const of = new Map(data.changes.map((change) => [change.head, change]));
  const unplaced = [["unknown commits", results.unknown_commits], ["ambiguous commits", results.ambiguous_commits],
    ["unknown gates", results.unknown_gates]].filter(([, list]) => list.length)
    .map(([name, list]) => `${name}: ${list.slice(0, 5).map((one) => `${plain(one.name)} (${one.records}, line ${one.line})`).join(", ")}${list.length > 5 ? ` and ${list.length - 5} more` : ""}`);
  const note = `${number.format(results.records)} results recorded, ${number.format(results.failures)} failures held beside a route, `
    + `${number.format(results.caught_by_broad)} caught only because the route is broad. ${unplaced.join(". ")}`;
  return listing("Missed failures", note, [["commit"], ["gate"], ["why it is left out"], ["line", "num"]], results.misses,
    (miss) => make("tr", {}, cell(code(short(miss.head)), make("div", { class: "faint" }, plain(of.get(miss.head).subject))),
      cell(code(miss.gate)), cell(miss.because.text + (miss.also_passed ? " (it also passed on this commit)" : "")), count(miss.line)), 20);
}
function against() {
  const differs = data.against;
  const box = listing("Against the other policy",
    `${plain(used(differs.policy))}: ${share(differs.totals.selected, differs.totals.possible)} gates, `
    + `${share(differs.changes.length, data.totals.changes)} changes differ; `
    + `${number.format(differs.only_first)} gates would run here alone, ${number.format(differs.only_second)} there alone.`,
    [["commit"], ["here alone"], ["there alone"]], differs.changes, (difference) => {
      const change = data.changes[difference.change];
      const list = (gates) => cell(...gates.slice(0, 8).map((one) => make("div", {}, code(one.gate), " ",
        make("span", { class: "faint" }, plain(one.selected.length ? one.selected[0].text : "")))),
      gates.length > 8 ? make("div", { class: "faint" }, `and ${gates.length - 8} more`) : null);
      return make("tr", {}, cell(code(short(change.head)), make("div", { class: "faint" }, plain(change.subject))),
        list(difference.only_first), list(difference.only_second));
    }, 10);
  return box;
}

/* The changes, filtered as one types. */
function everyChange() {
  const search = make("input", { type: "search", placeholder: "commit, subject, gate, domain or unmapped file", "aria-label": "Search changes" });
  const only = make("input", { type: "checkbox", id: "only-broad" });
  const status = make("span", { class: "faint", role: "status" });
  const body = make("tbody", {});
  const more = make("button", { class: "no-print", type: "button", onclick: () => show(200) });
  let found = changes;
  let shown = 0;
  const words = (one) => {
    if (one.words === undefined) {
      const outcome = data.outcomes[one.change.outcome];
      one.words = [one.change.head, one.change.subject, ...outcome.selected, ...outcome.domains,
        ...one.change.unmapped.map((file) => file.path)].join("\n").toLowerCase();
    }
    return one.words;
  };
  function detail(one) {
    const outcome = data.outcomes[one.change.outcome];
    const list = (title, gates) => gates.length ? [make("div", { class: "faint" }, `${title} (${gates.length})`),
      make("div", { class: "gates" }, ...gates.map((gate) => make("span", { class: "chip" }, plain(gate))))] : [];
    return make("tr", { class: "detail" }, make("td", { colspan: "6" },
      make("div", {}, code(one.change.head), ` against ${one.change.merge_base || "nothing"}`),
      ...list("would have run", outcome.selected), ...list("only because the route is broad", outcome.only_broad),
      ...list("domains", outcome.domains), ...list("files without a row", one.change.unmapped.map((file) => file.path)),
      ...Object.entries(outcome.skipped).flatMap(([why, gates]) => list("skipped: " + why.replaceAll("_", " "), gates))));
  }
  function row(one) {
    const chip = one.broad ? make("span", { class: "chip bad" }, "broad") : one.empty ? make("span", { class: "chip" }, "empty") : null;
    const open = make("button", { class: "link mono", type: "button", "aria-expanded": "false", onclick: () => {
      const next = line.nextElementSibling;
      const isOpen = next && next.classList.contains("detail");
      open.setAttribute("aria-expanded", String(!isOpen));
      line.classList.toggle("row-open", !isOpen);
      if (isOpen) next.remove(); else line.after(detail(one));
    } }, short(one.change.head));
    const line = make("tr", {}, cell(open), make("td", { class: "mono" }, day(one.change.time)),
      make("td", { class: "subject" }, plain(one.change.subject), " ", chip), count(one.change.files),
      make("td", { class: "num" }, `${number.format(one.runs)} of ${number.format(one.all)}`), barCell(one.runs, one.all));
    return line;
  }
  function show(how) {
    body.append(...found.slice(shown, shown + how).map(row));
    shown = Math.min(found.length, shown + how);
    more.hidden = shown >= found.length;
    more.textContent = `Show more (${number.format(found.length - shown)} left)`;
    status.textContent = `${number.format(found.length)} of ${number.format(changes.length)} changes`;
  }
  function filter() {
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    found = changes.filter((one) => (!only.checked || one.broad) && wanted.every((word) => words(one).includes(word)));
    body.replaceChildren();
    shown = 0;
    show(100);
  }
  search.addEventListener("input", filter);
  only.addEventListener("change", filter);
  const head = make("tr", {}, ...[["commit"], ["date"], ["subject"], ["files", "num"], ["gates", "num"], [""]]
    .map(([text, kind]) => make("th", { class: kind, scope: "col" }, text)));
  const box = sheet("Changes", make("div", { class: "controls no-print" }, search,
    make("label", { for: "only-broad" }, only, " broad only"), status),
  make("div", { class: "scroll" }, make("table", { id: "changes" }, make("thead", {}, head), body)), more);
  filter();
  return box;
}

function used(policy) {
  if (policy.kind === "own") return "each change by its own commits' policy";
  const name = policy.kind === "folder" ? `the folder ${policy.name}` : policy.name;
  return `the policy of ${name}${policy.commit ? ` (${short(policy.commit)})` : ""}`;
}
function summary() {
  const totals = data.totals;
  const times = data.changes.map((change) => change.time).sort();
  const routed = totals.changes - totals.empty;
  const figure = (value, text) => make("li", {}, make("strong", {}, value), text);
  const bad = data.missed_failures > 0;
  const end = data.history.end && ["shallow", "missing"].includes(data.history.end.kind)
    ? make("p", { class: "note" }, `The history could not be followed past ${data.history.end.commit}: only ${number.format(totals.changes)} changes can be reached.`) : null;
  const observes = data.policy.observes ? make("p", { class: "note" }, "The policy only observes; it is told here as if it enforced.") : null;
  const note = `${times.length ? `${day(times[0])} to ${day(times[times.length - 1])}, by ` : ""}${plain(used(data.policy))}; `
    + `${number.format(totals.merges)} merges, ${number.format(totals.empty)} in which nothing changed, `
    + `${number.format(totals.without_base)} without a base or unreadable`;
  return make("section", { class: "sheet" },
    make("p", { class: "headline" + (bad ? " alarm" : "") }, data.headline),
    make("ul", { class: "figures" },
      figure(number.format(totals.changes), "changes"),
      figure(percent(totals.selected, totals.possible), "of the gates would have run"),
      figure(number.format(totals.spread.median), "gates a change, median"),
      figure(number.format(totals.spread.p90), "gates a change, p90"),
      figure(percent(totals.broad.changes, routed), "of the routes are broad"),
      figure(number.format(totals.broad.unmapped), "changes with a file without a row")),
    make("p", { class: "faint" }, note), end, observes);
}

document.querySelector("main").append(summary(),
  make("div", { class: "plots" }, overTime(), histogram()), ...(data.results ? [misses()] : []),
  ...(data.against ? [against()] : []), layers(), causes(), spots(), domains(), gates(), everyChange());
