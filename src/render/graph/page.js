"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const graph = data.graph, gates = new Map(Object.entries(data.gates));
  const EVERY = "*";
  const LAYERS = [
    ["global", "Global"], ["domain_local", "Domain local"],
    ["consumer_smoke", "Consumer smokes"], ["service_evidence", "Service evidence"],
  ];
  const BLANKS = {
    consumers: "consumers not known: any domain may consume it",
    imported_by: "importers not known",
    consumes: "does not say what it consumes",
    contracts: "may show any contract",
  };

  // What others wrote is shown, never acted on: it only ever becomes the text of a node.
  const safe = (text) => String(text).replace(
    /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (mark) => "\\u{" + mark.codePointAt(0).toString(16) + "}");

  // The graph, by whose it is.

  const at = (map, key, fresh) => { if (!map.has(key)) map.set(key, fresh()); return map.get(key); };
  const domains = new Map(graph.domains.map((domain) => [domain.id, domain]));
  const contracts = new Map();
  for (const contract of graph.contracts) {
    contracts.set(contract.id, { ...contract, own: new Set(contract.rows), producers: [], consumers: [], importers: [] });
  }
  const offers = new Map();
  const taken = { consumes: new Map(), imports: new Map() };
  for (const edge of graph.edges) {
    if (edge.kind === "produces") {
      contracts.get(edge.to).producers.push(edge.from);
      at(offers, edge.from, () => []).push(contracts.get(edge.to));
    } else {
      const contract = contracts.get(edge.from);
      (edge.kind === "imports" ? contract.importers : contract.consumers).push(edge);
      at(taken[edge.kind], edge.to, () => []).push(edge);
    }
  }
  // Whose change travels along an edge that a row states: the row's own domains; where it is a caller's, the producers.
  const sources = (contract, row) => contract.own.has(row) ? graph.rows[row].domains : contract.producers;
  const imports = new Map();
  for (const contract of contracts.values()) {
    for (const edge of contract.importers) {
      for (const row of edge.rows) {
        for (const from of sources(contract, row)) at(imports, from, () => new Set()).add(edge.to);
      }
    }
  }
  const cyclesOf = (id) => graph.cycles.filter((cycle) => cycle.domains.includes(id));
  const spelledOut = (ids) => ids.has(EVERY) ? domains.keys() : ids;

  // Who compiles a domain in, and who compiles those in, and so on; by the number of steps.
  function rebuilt(id) {
    const reached = new Map([[id, 0]]);
    let border = [id];
    while (border.length) {
      const next = [];
      for (const from of border) {
        for (const own of [from, EVERY]) {
          for (const to of spelledOut(imports.get(own) || new Set())) {
            if (!reached.has(to)) { reached.set(to, reached.get(from) + 1); next.push(to); }
          }
        }
      }
      border = next;
    }
    reached.delete(id);
    return reached;
  }

  // The neighbours of a domain on one side, each with the contracts between them.
  function downstream(id) {
    const found = new Map();
    for (const own of [id, EVERY]) {
      for (const contract of offers.get(own) || []) {
        for (const edge of [...contract.consumers, ...contract.importers]) {
          const states = (row) => sources(contract, row).some((from) => from === id || from === EVERY);
          if (edge.rows.some(states)) note(found, edge.to, edge.kind, contract.id);
        }
      }
    }
    return found;
  }
  function upstream(id) {
    const found = new Map();
    for (const kind of ["consumes", "imports"]) {
      for (const own of [id, EVERY]) {
        for (const edge of taken[kind].get(own) || []) {
          const contract = contracts.get(edge.from);
          for (const row of edge.rows) {
            for (const from of sources(contract, row)) note(found, from, kind, contract.id);
          }
        }
      }
    }
    return found;
  }
  function note(found, id, kind, contract) {
    const one = at(found, id, () => ({ id, consumes: new Set(), imports: new Set() }));
    one[kind].add(contract);
  }

  // Nodes of the page.

  function make(name, attributes, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (value === true) node.setAttribute(key, "");
      else if (value !== false && value != null) node.setAttribute(key, value);
    }
    node.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
    return node;
  }
  const code = (text) => make("code", {}, safe(text));
  const chip = (text, kind) => make("span", { class: "chip " + (kind || "") }, safe(text));
  const to = (id) => "#" + encodeURIComponent(id);
  const name = (id) => id === EVERY ? "every domain" : safe(id);
  const link = (id, text) => make("a", { href: to(id) }, text || name(id));
  const list = (items) => make("ul", { class: "names" }, items.map((item) => make("li", {}, item)));
  const links = (ids) => ids.length ? list(ids.map((id) => link(id))) : make("span", { class: "faint" }, "nobody");
  const count = (number, noun) => number.toLocaleString("en") + " " + noun + (number === 1 ? "" : "s");
  const place = (row) => make("code", { class: "place" }, safe(graph.rows[row].map + ":" + graph.rows[row].line));
  const places = (rows) => list(rows.map(place));

  // A table of which the first lines are drawn at once: a domain may have thousands.
  function table(heads, rows, few = 100) {
    const body = make("tbody");
    const draw = (from, end) => {
      for (const cells of rows.slice(from, end)) {
        body.append(make("tr", {}, cells.map((cell, column) => make("td", { class: heads[column].startsWith("#") && "num" }, cell))));
      }
    };
    draw(0, few);
    const head = make("tr", {}, heads.map((text) =>
      make("th", { scope: "col", class: text.startsWith("#") && "num" }, text.replace("#", ""))));
    const box = make("div", { class: "scroll" }, make("table", {}, make("thead", {}, head), body));
    if (rows.length <= few) return box;
    const more = make("button", { type: "button" }, "Show all " + rows.length.toLocaleString("en"));
    more.addEventListener("click", () => { draw(few); more.remove(); });
    return make("div", {}, box, make("p", {}, more));
  }
  const section = (title, ...children) => [make("h3", {}, title), ...children];

  // The drawing: producers at the left, the domain in the middle, consumers at the right.

  const SVG = "http://www.w3.org/2000/svg";
  function shape(name, attributes, ...children) {
    const node = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  }
  function drawing(id, left, right, open) {
    const MOST = 14, WIDE = 220, HIGH = 34, GAP = 10, ACROSS = 880;
    const sorted = (side) => [...side.values()].filter((one) => one.id !== id).sort((one, other) =>
      other.imports.size - one.imports.size || other.consumes.size - one.consumes.size || (one.id < other.id ? -1 : 1));
    const cyclic = (kind, other) => cyclesOf(id).some((cycle) =>
      cycle.kind === kind && (other === EVERY || cycle.domains.includes(other)));
    const sides = [sorted(left), sorted(right)].map((side) => {
      const shown = side.length > MOST + 1 ? side.slice(0, MOST) : side;
      return { shown, left: side.length - shown.length };
    });
    const lines = (side, extra) => side.shown.length + (side.left ? 1 : 0) + extra;
    const rows = Math.max(lines(sides[0], 0), lines(sides[1], open ? 1 : 0), 1);
    const height = rows * (HIGH + GAP) + GAP;
    const svg = shape("svg", { viewBox: `0 0 ${ACROSS} ${height}`, role: "group" });
    svg.append(shape("title", {}, "Who " + name(id) + " takes from, at the left, and who takes from it, at the right"));
    const edges = shape("g", { "aria-hidden": "true" }), nodes = shape("g", {});
    svg.append(edges, nodes);
    const box = (x, y, id, small, kind, href) => {
      const full = name(id), label = full.length > 30 ? full.slice(0, 29) + "\u2026" : full;
      const group = shape("g", { class: kind });
      group.append(shape("rect", { x, y, width: WIDE, height: HIGH, rx: 5 }), shape("title", {}, full + (small ? ", " + small : "")),
        shape("text", { x: x + 10, y: y + (small ? 15 : 21) }, label));
      if (small) group.append(shape("text", { x: x + 10, y: y + 28, class: "small" }, small));
      nodes.append(href ? shape("a", { href }, group) : group);
    };
    const middle = { x: (ACROSS - WIDE) / 2, y: (height - HIGH) / 2 };
    const line = (x1, y1, x2, y2, kind) => {
      const bend = (x2 - x1) / 2;
      edges.append(shape("path", { d: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`, class: kind }));
    };
    sides.forEach((side, which) => {
      const x = which ? ACROSS - WIDE - 8 : 8;
      const all = lines(side, which && open ? 1 : 0);
      let y = (height - all * (HIGH + GAP) + GAP) / 2;
      const join = (kind, shift) => which
        ? line(middle.x + WIDE, middle.y + HIGH / 2, x, y + HIGH / 2 + shift, kind)
        : line(x + WIDE, y + HIGH / 2 + shift, middle.x, middle.y + HIGH / 2, kind);
      for (const one of side.shown) {
        const parts = [];
        if (one.imports.size) parts.push(count(one.imports.size, "package"));
        if (one.consumes.size) parts.push(count(one.consumes.size, "contract"));
        const both = one.imports.size && one.consumes.size;
        if (one.imports.size) join("imports" + (cyclic("imports", one.id) ? " cyclic" : ""), both ? -6 : 0);
        if (one.consumes.size) join("consumes" + (cyclic("consumes", one.id) ? " cyclic" : ""), both ? 6 : 0);
        box(x, y, one.id, parts.join(", "), "", to(one.id));
        y += HIGH + GAP;
      }
      if (which && open) {
        join("open", 0);
        box(x, y, "any domain", "consumers not known", "open");
        y += HIGH + GAP;
      }
      if (side.left) nodes.append(shape("text", { x: x + 10, y: y + 21, class: "small" }, "and " + count(side.left, "more domain")));
    });
    box(middle.x, middle.y, id, "", "middle");
    const key = (kind, text) => make("span", { style: "margin-right:1.2em;white-space:nowrap" }, make("span", { class: "key " + kind }), text);
    return make("figure", { class: "drawing" }, make("div", { class: "scroll" }, svg), make("figcaption", {},
      key("", "calls"), " ", key("imports", "compiles in"), " ", key("cyclic", "in a cycle"), " ", open ? key("open", "not known") : null));
  }

  // What is shown of a domain, of a contract, of all.

  function ends(edges, open) {
    const items = edges.map((edge) => link(edge.to));
    if (open) items.push(make("span", { class: "care" }, "unknown: any domain"));
    return items.length ? list(items) : make("span", { class: "faint" }, "nobody");
  }
  function offered(own) {
    const isTaken = (contract) => contract.consumers.length || contract.importers.length || contract.unknown.length;
    const sorted = [...own].sort((one, other) => !isTaken(one) - !isTaken(other));
    return table(["Contract", "Consumed by", "Imported by", "Rows"], sorted.map((contract) => [
      link(contract.id),
      ends(contract.consumers, contract.unknown.includes("consumers")),
      contract.kind === "package" ? ends(contract.importers, contract.unknown.includes("imported_by")) : "",
      places(contract.rows),
    ]));
  }
  function takes(kind, id) {
    const rows = (taken[kind].get(id) || []).map((edge) => {
      const contract = contracts.get(edge.from);
      return { of: [...new Set(edge.rows.flatMap((row) => sources(contract, row)))].sort(), contract, rows: edge.rows };
    });
    rows.sort((one, other) => one.of.join() < other.of.join() ? -1 : one.of.join() > other.of.join() ? 1 : 0);
    return rows.length && table(["Of", "Contract", "Stated at"],
      rows.map((row) => [links(row.of), link(row.contract.id), places(row.rows)]));
  }
  const cycleNote = (cycle) => make("div", { class: "note " + (cycle.kind === "imports" ? "bad" : "") },
    make("strong", {}, cycle.kind === "imports" ? "A circle of imports" : "A circle of calls"),
    " of " + count(cycle.domains.length, "domain") + (cycle.kind === "imports" ? ", where a change of one rebuilds all, such as " : ", such as "),
    [...cycle.way, cycle.way[0]].flatMap((id, index) => [index ? " \u2192 " : "", link(id)]),
    cycle.domains.length > cycle.way.length && make("details", {}, make("summary", {}, "All of them"), links(cycle.domains)));
  const blankNotes = (rows) => rows.flatMap((row) => graph.rows[row].unknown.map((blank) => [row, blank]));

  function rowTable(rows) {
    return table(["Row", "Kind", "What", "Class", "Tags", "Reviewers", "#Files"], rows.map((index) => {
      const row = graph.rows[index];
      return [place(index), row.kind, list(row.names.map(code)), row.class || "", safe(row.tags.join(", ")),
        safe(row.reviewers.join(", ")), row.files.toLocaleString("en")];
    }));
  }
  function gateTable(own, heads, cells) {
    return table(heads, own.map((gate) => [
      ...cells(gate),
      [make("div", {}, safe(gate.title || gate.id)), gate.title === gate.id ? null : make("small", { class: "faint mono" }, safe(gate.id))],
      gate.run ? code(gate.run) : make("span", { class: "faint" }, "evidence from outside"),
      [gate.consumer ? ["for ", domains.has(gate.consumer) ? link(gate.consumer) : safe(gate.consumer)] : null,
        gate.tags.map((tag) => [" ", chip(tag)])],
    ]));
  }

  function domainPage(id) {
    const domain = domains.get(id);
    const own = offers.get(id) || [];
    const down = downstream(id), up = upstream(id);
    const open = own.some((contract) => contract.unknown.includes("consumers"));
    const parts = [make("h2", { tabindex: "-1" }, safe(domain.title || id))];
    parts.push(make("div", { class: "chips" }, make("span", { class: "chip mono" }, safe(id)),
      domain.kind && chip(domain.kind), domain.lane ? null : chip("no lane: a change routes as broad", "bad"),
      chip(count(domain.files, "file")), domain.reviewers.map((reviewer) => chip("reviewed by " + reviewer))));
    parts.push(...cyclesOf(id).map(cycleNote));
    if (up.size || down.size || open) parts.push(drawing(id, up, down, open));
    if (graph.shown !== "consumes") {
      const all = [...rebuilt(id)];
      parts.push(...section("A change here rebuilds" + (graph.focus ? " at least" : ""), all.length
        ? list(all.slice(0, 200).map(([other, steps]) => [link(other), steps > 1 ? make("span", { class: "faint" }, ` ${steps} steps`) : null]))
        : make("p", { class: "faint" }, "Nobody compiles anything of it in.")));
      if (own.some((contract) => contract.unknown.includes("imported_by"))) {
        parts.push(make("p", { class: "care" }, "And who compiles in those of its packages whose importers are not known."));
      }
      if (all.length > 200) parts.push(make("p", { class: "faint" }, "and " + count(all.length - 200, "more domain")));
    }
    const blanks = blankNotes(domain.rows);
    if (blanks.length) {
      parts.push(...section("Left open"), table(["Row", "What", "What is not known"], blanks.map(([row, blank]) =>
        [place(row), list(graph.rows[row].names.map(code)), make("span", { class: "care" }, BLANKS[blank])])));
    }
    parts.push(...section("Offers", own.length ? offered(own) : make("p", { class: "faint" }, "Nothing.")));
    for (const [kind, title, none] of [["consumes", "Consumes", "Nothing that the maps name."], ["imports", "Compiles in", "Nothing that the maps name."]]) {
      if (graph.shown === "all" || graph.shown === kind) parts.push(...section(title, takes(kind, id) || make("p", { class: "faint" }, none)));
    }
    const asked = gates.get(id) || [];
    parts.push(...section("Gates of its lane"));
    if (!asked.length) parts.push(make("p", { class: "faint" }, "None."));
    const label = new Map(LAYERS);
    if (asked.length) {
      const ordered = LAYERS.flatMap(([layer]) => asked.filter((gate) => gate.layer === layer));
      parts.push(gateTable(ordered, ["Layer", "Gate", "Command", "Narrowed to"], (gate) => [label.get(gate.layer)]));
    }
    const forIt = [...gates].flatMap(([lane, all]) =>
      lane === id ? [] : all.filter((gate) => gate.consumer === id).map((gate) => ({ ...gate, lane })));
    if (forIt.length) {
      parts.push(...section("Smokes that other lanes run for it"),
        gateTable(forIt, ["Lane", "Gate", "Command", "Narrowed to"], (gate) => [link(gate.lane)]));
    }
    parts.push(...section("Rows", domain.rows.length ? rowTable(domain.rows) : make("p", { class: "faint" }, "No row names it.")));
    return parts;
  }

  function contractPage(id) {
    const contract = contracts.get(id);
    const parts = [make("h2", { tabindex: "-1" }, safe(contract.name)), make("div", { class: "chips" }, chip(contract.kind), make("span", { class: "chip mono" }, safe(id)))];
    parts.push(...contract.unknown.map((blank) => make("p", { class: "note" }, BLANKS[blank])));
    parts.push(...section("Offered by", links(contract.producers)));
    const stated = (edges) => table(["Domain", "Stated at"], edges.map((edge) => [link(edge.to), places(edge.rows)]));
    if (graph.shown !== "imports") {
      parts.push(...section("Consumed by", contract.consumers.length ? stated(contract.consumers) : ends([], contract.unknown.includes("consumers"))));
    }
    if (contract.kind === "package" && graph.shown !== "consumes") {
      parts.push(...section("Compiled in by", contract.importers.length ? stated(contract.importers) : ends([], contract.unknown.includes("imported_by"))));
    }
    parts.push(...section("Rows", rowTable(contract.rows)));
    return parts;
  }

  function everyPage() {
    const rows = graph.rows.flatMap((row, index) => row.domains.includes(EVERY) ? [index] : []);
    const own = offers.get(EVERY) || [];
    return [make("h2", { tabindex: "-1" }, "Every domain"), make("p", {}, "What rows of ", code("*"), " give to each domain alike."),
      ...section("Offers", own.length ? offered(own) : make("p", { class: "faint" }, "Nothing.")),
      ...section("Consumes", takes("consumes", EVERY) || make("p", { class: "faint" }, "Nothing.")),
      ...section("Compiles in", takes("imports", EVERY) || make("p", { class: "faint" }, "Nothing.")),
      ...section("Rows", rows.length ? rowTable(rows) : make("p", { class: "faint" }, "None."))];
  }

  function overview() {
    const number = (kind) => graph.edges.filter((edge) => edge.kind === kind).length;
    const figure = (value, noun) => make("li", {}, make("strong", {}, value.toLocaleString("en")), value === 1 ? noun : noun + "s");
    const parts = [make("h2", { tabindex: "-1" }, "The whole graph"), make("ul", { class: "figures" },
      figure(domains.size, "domain"), figure(contracts.size, "contract"), figure(number("consumes"), "service edge"),
      figure(number("imports"), "import edge"), figure(graph.rows.length, "row"), figure(graph.cycles.length, "cycle"))];
    if (graph.focus) {
      parts.push(make("p", { class: "note" }, "This is what lies within " + count(graph.focus.depth, "step") + " of ",
        list(graph.focus.domains.map((id) => link(id))), graph.focus.open_elsewhere
          ? count(graph.focus.open_elsewhere, "contract") + " outside of it may be consumed too: their consumers are not known." : null));
    }
    parts.push(...graph.cycles.map(cycleNote));
    const degree = (ids) => new Set(ids).size;
    const rows = graph.domains.map(({ id }) => {
      const own = offers.get(id) || [];
      return { id, offers: own.length,
        consumers: degree(own.flatMap((contract) => contract.consumers.map((edge) => edge.to))),
        importers: degree(own.flatMap((contract) => contract.importers.map((edge) => edge.to))),
        consumes: (taken.consumes.get(id) || []).length, imports: (taken.imports.get(id) || []).length };
    }).sort((one, other) => other.consumers + other.importers - one.consumers - one.importers || (one.id < other.id ? -1 : 1));
    parts.push(...section("Domains, by how many depend on them"), table(
      ["Domain", "#Offers", "#Consumers", "#Importers", "#Consumes", "#Compiles in"],
      rows.map((row) => [link(row.id), ...[row.offers, row.consumers, row.importers, row.consumes, row.imports].map((value) => value.toLocaleString("en"))]), 50));
    if (graph.rows.some((row) => row.domains.includes(EVERY))) {
      parts.push(make("p", {}, "Rows of ", code("*"), " belong to ", link(EVERY), "."));
    }
    const blanks = blankNotes(graph.rows.map((_, index) => index));
    if (blanks.length) {
      parts.push(...section("Left open"), table(["Row", "Domain", "What is not known"], blanks.map(([row, blank]) =>
        [place(row), links(graph.rows[row].domains), make("span", { class: "care" }, BLANKS[blank])]), 20));
    }
    return parts;
  }

  function missingPage(id) {
    return [make("h2", { tabindex: "-1" }, "Not in this graph"), make("p", {}, "There is neither a domain nor a contract named ", code(id), ". ",
      graph.focus ? "It may lie outside of the neighbourhood that this page shows." : "The search above finds names by their parts.")];
  }

  // Where the reader is.

  const main = document.getElementById("main"), search = document.getElementById("search");
  const found = document.getElementById("found"), nav = document.getElementById("list");
  const TITLE = "Producers and consumers";
  function here() {
    try { return decodeURIComponent(location.hash.slice(1)); } catch { return location.hash.slice(1); }
  }
  function show(byReader) {
    const id = here();
    const parts = !id ? overview() : domains.has(id) ? domainPage(id) : contracts.has(id) ? contractPage(id)
      : id === EVERY ? everyPage() : missingPage(id);
    main.replaceChildren(...parts);
    document.title = id ? name(id) + " \u00b7 " + TITLE : TITLE;
    mark();
    if (byReader) { window.scrollTo(0, 0); main.querySelector("h2").focus({ preventScroll: true }); }
  }
  function mark() {
    for (const old of nav.querySelectorAll("[aria-current]")) old.removeAttribute("aria-current");
    const own = here() && nav.querySelector(`a[href="${CSS.escape(to(here()))}"]`);
    if (own) { own.setAttribute("aria-current", "page"); own.scrollIntoView({ block: "nearest" }); }
  }

  // The list at the left, and the search over it.

  const MOST_DOMAINS = 2000, MOST_CONTRACTS = 200;
  const hay = (...texts) => texts.join(" ").toLowerCase();
  const domainHay = graph.domains.map((domain) => hay(domain.id, domain.title || "", ...domain.reviewers));
  const contractHay = graph.contracts.map((contract) => hay(contract.id));
  function matches(items, hays, words) {
    const hits = items.filter((_, index) => words.every((word) => hays[index].includes(word)));
    // What begins with the search, or is named so, stands first.
    const rank = (item) => (item.name || item.id).toLowerCase().startsWith(words[0]) ? 0 : 1;
    return words.length ? hits.map((item, index) => [rank(item), index, item]).sort((one, other) => one[0] - other[0] || one[1] - other[1]).map((hit) => hit[2]) : hits;
  }
  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const some = matches(graph.domains, domainHay, words);
    const others = words.length ? matches(graph.contracts, contractHay, words) : [];
    const item = (id, small) => make("li", {}, make("a", { href: to(id) }, safe(id), small ? make("small", {}, safe(small)) : null));
    const head = (text) => make("li", { class: "head" }, text);
    const items = some.slice(0, MOST_DOMAINS).map((domain) => item(domain.id, domain.title));
    if (some.length > MOST_DOMAINS) items.push(head("and " + count(some.length - MOST_DOMAINS, "more domain")));
    if (others.length) {
      items.push(head("Contracts"), ...others.slice(0, MOST_CONTRACTS).map((contract) =>
        item(contract.id, contracts.get(contract.id).producers.map(name).join(", "))));
      if (others.length > MOST_CONTRACTS) items.push(head("and " + count(others.length - MOST_CONTRACTS, "more contract")));
    }
    nav.replaceChildren(...items);
    found.textContent = words.length ? count(some.length, "domain") + ", " + count(others.length, "contract") : count(some.length, "domain");
    mark();
  }
  const anchors = () => [...nav.querySelectorAll("a")];
  function step(by) {
    const all = anchors(), now = all.indexOf(document.activeElement) + by;
    if (now < 0) search.focus(); else if (all[now]) all[now].focus();
  }
  search.addEventListener("input", filter);
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") { const first = anchors()[0]; if (first) location.hash = first.getAttribute("href"); }
    else if (event.key === "Escape") { search.value = ""; filter(); search.blur(); }
    else if (event.key === "ArrowDown") { event.preventDefault(); const first = anchors()[0]; if (first) first.focus(); }
  });
  nav.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); step(event.key === "ArrowDown" ? 1 : -1); }
    else if (event.key === "Escape") search.focus();
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof Element && event.target.closest("input, textarea, select");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) { event.preventDefault(); search.focus(); search.select(); }
  });
  window.addEventListener("hashchange", () => show(true));

  document.getElementById("meta").textContent = [
    count(domains.size, "domain"), count(contracts.size, "contract"),
    "policy " + graph.policy.slice(0, 12), graph.commit ? "commit " + graph.commit.slice(0, 12) : "working tree or folder",
    graph.broken ? "the policy has faults: something may be missing" : null,
  ].filter(Boolean).join(", ");
  filter();
  show(false);
})();
