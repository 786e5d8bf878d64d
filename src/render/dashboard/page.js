"use strict";
/* The page is whole without this: here it folds, filters and moves. */
const details = Array.from(document.querySelectorAll("details.verdict"));
const folded = new Map();
details.forEach((one, at) => { one.open = at < 3; });
addEventListener("beforeprint", () => details.forEach((one) => { folded.set(one, one.open); one.open = true; }));
addEventListener("afterprint", () => details.forEach((one) => { one.open = folded.get(one) !== false; }));

const form = document.getElementById("filter");
if (form) {
  const field = (name) => document.getElementById("f-" + name);
  const [words, standing, owner, gate, commit] = ["text", "standing", "owner", "gate", "commit"].map(field);
  const label = (row, name) => row.querySelector("td[data-label=\"" + name + "\"]");
  const rows = Array.from(document.querySelectorAll("#rows tbody tr"), (row) => ({
    row,
    text: row.textContent.toLowerCase(),
    standing: row.dataset.standing,
    owner: label(row, "owner").textContent,
    gate: label(row, "gate").querySelector("code").textContent,
    commit: row.dataset.commit,
  }));
  const status = document.getElementById("status");
  const number = new Intl.NumberFormat("en");
  let shown = rows;

  /* Of all rows one is reached by Tab: the one that was last looked at. */
  function reach(target) {
    for (const one of rows) one.row.tabIndex = one.row === target ? 0 : -1;
  }
  function show() {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const start = commit.value.trim().toLowerCase();
    shown = rows.filter((one) => {
      const fits = wanted.every((word) => one.text.includes(word))
        && (!standing.value || one.standing === standing.value)
        && (!owner.value || one.owner === owner.value)
        && (!gate.value || one.gate === gate.value)
        && one.commit.startsWith(start);
      one.row.classList.toggle("off", !fits);
      return fits;
    });
    status.textContent = shown.length === rows.length ? number.format(rows.length) + " gates"
      : number.format(shown.length) + " of " + number.format(rows.length) + " gates";
    reach(shown.length ? shown[0].row : null);
  }
  function go(to) {
    const one = shown[Math.max(0, Math.min(to, shown.length - 1))];
    if (!one) return;
    reach(one.row);
    one.row.focus();
  }
  const clear = () => { form.reset(); show(); };

  form.hidden = false;
  form.addEventListener("input", show);
  form.addEventListener("reset", () => setTimeout(show));
  form.addEventListener("submit", (event) => { event.preventDefault(); go(0); });
  for (const tile of document.querySelectorAll("a[data-standing]")) {
    tile.addEventListener("click", () => { form.reset(); standing.value = tile.dataset.standing; show(); });
  }
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target instanceof Element ? event.target : document.body;
    const types = target.closest("input, select, textarea") !== null;
    const at = shown.findIndex((one) => one.row === target.closest("#rows tbody tr"));
    const steps = { j: at + 1, k: at < 0 ? 0 : at - 1, ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: shown.length - 1 };
    const isArrow = !["j", "k"].includes(event.key);
    if (event.key === "/" && !types) {
      words.focus();
      words.select();
    } else if (event.key === "Escape" && (types || at >= 0)) {
      clear();
      if (types) target.focus();
    } else if (!types && Object.hasOwn(steps, event.key) && (at >= 0 || !isArrow)) {
      go(steps[event.key]);
    } else {
      return;
    }
    event.preventDefault();
  });
  show();
}
