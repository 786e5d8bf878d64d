"use strict";
/* Does to the dashboard what somebody at the keyboard would, and writes down what is seen: every value must be true. */
const seen = {};
const all = (selector) => Array.from(document.querySelectorAll(selector));
const rows = () => all("#rows tbody tr");
const visible = () => rows().filter((row) => getComputedStyle(row).display !== "none");
const at = () => rows().indexOf(document.activeElement);
const press = (key) => (document.activeElement || document.body).dispatchEvent(
  new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
const set = (id, value) => {
  const field = document.getElementById(id);
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
};
const status = () => document.getElementById("status").textContent;
const count = rows().length;

seen["nothing was fetched"] = performance.getEntriesByType("resource").length === 0;
seen["there are rows"] = count > 10;
seen["the filter is shown"] = !document.getElementById("filter").hidden;
seen["all rows are shown at first"] = visible().length === count && status() === count + " gates";
seen["only the newest verdicts are unfolded"] = all("details.verdict[open]").length === 3;
const focusable = all("a[href], button, input, select, summary, [tabindex='0']");
seen["the first stop is the skip link"] = focusable[0].className === "skip"
  && document.querySelector(focusable[0].getAttribute("href")) !== null;
seen["one row is a stop"] = rows().filter((row) => row.tabIndex === 0).length === 1;
seen["every link leads somewhere"] = all("a[href^='#']").every((link) => document.querySelector(link.getAttribute("href")));
seen["every field has a label"] = all("#filter input, #filter select").every((field) => field.labels.length === 1);
seen["every table has heads"] = all("table").every((table) => table.querySelectorAll("th[scope=col]").length > 3);

press("/");
seen["the slash goes to the filter"] = document.activeElement.id === "f-text";
seen["a slash can be typed there"] = press("/") === true;
set("f-text", "TESTLEDGER refund");
seen["words filter, whatever their case"] = visible().length === 1 && status() === "1 of " + count + " gates";
press("Escape");
seen["escape clears"] = visible().length === count && document.activeElement.id === "f-text";
set("f-standing", "missing");
seen["a standing filters"] = visible().length > 0 && visible().every((row) => row.dataset.standing === "missing");
set("f-standing", "");
for (const [id, cell] of [["f-owner", "owner"], ["f-gate", "gate"]]) {
  const value = document.getElementById(id).options[1].value;
  set(id, value);
  seen[id + " filters"] = visible().length > 0 && visible().length < count
    && visible().every((row) => row.querySelector("td[data-label=" + cell + "]").textContent.startsWith(value));
  set(id, "");
}
const commit = rows()[0].dataset.commit;
set("f-commit", commit.slice(0, 9));
seen["a commit filters"] = visible().length > 0 && visible().every((row) => row.dataset.commit === commit);
set("f-commit", "zzz");
seen["nothing may be found"] = visible().length === 0 && status().startsWith("0 of ");
press("j");
set("f-commit", "");
document.querySelector("a[data-standing=waived]").click();
seen["a tile filters"] = visible().length > 0 && visible().every((row) => row.dataset.standing === "waived");
document.getElementById("f-text").focus();
press("Escape");
document.activeElement.blur();
press("ArrowDown");
seen["an arrow scrolls outside of the table"] = at() === -1;
press("j");
seen["j enters the table"] = at() === 0;
press("j");
press("ArrowDown");
seen["j and the arrow go on"] = at() === 2;
press("k");
press("ArrowUp");
press("ArrowUp");
seen["k and the arrow go back, and stop at the first"] = at() === 0;
press("End");
seen["end goes to the last"] = at() === count - 1;
press("Home");
seen["home goes to the first"] = at() === 0;
press("j");
seen["the row that was reached is the stop"] = rows().findIndex((row) => row.tabIndex === 0) === 1;

/* Standings, by shape, colour and word. */
const standings = all(".tile .mark");
const shape = (mark) => document.querySelector(mark.querySelector("use").getAttribute("href")).innerHTML;
const different = (list) => new Set(list).size === list.length;
seen["there are ten standings"] = standings.length === 10;
seen["each has its shape"] = different(standings.map(shape));
seen["each has its word"] = different(standings.map((mark) => mark.textContent)) && standings.every((mark) => mark.textContent);
const light = (colour) => {
  const [red, green, blue] = colour.match(/[\d.]+/g).map(Number).map((own) => own / 255)
    .map((own) => (own <= .04045 ? own / 12.92 : ((own + .055) / 1.055) ** 2.4));
  return .2126 * red + .7152 * green + .0722 * blue;
};
const contrast = (one, two) => {
  const [low, high] = [light(one), light(two)].sort((left, right) => left - right);
  return (high + .05) / (low + .05);
};
const looks = (name) => {
  const ground = getComputedStyle(document.querySelector(".sheet")).backgroundColor;
  const colours = standings.map((mark) => getComputedStyle(mark).color);
  seen["colours differ: " + name] = different(colours);
  seen["words can be read: " + name] = colours.every((colour) => contrast(colour, ground) >= 4.5);
  const ink = getComputedStyle(document.body).color;
  seen["text can be read: " + name] = contrast(ink, ground) >= 7;
  return ground;
};
const bright = looks("light");
const media = Array.from(document.styleSheets).flatMap((sheet) => Array.from(sheet.cssRules)).filter((rule) => rule.media);
const switched = (word, to) => media.filter((rule) => rule.media.mediaText.includes(word)).map((rule) => {
  rule.media.mediaText = to;
  return rule;
});
const dark = switched("prefers-color-scheme: dark", "all");
const ground = looks("dark");
seen["dark is dark"] = light(ground) < .05 && light(bright) > .9;

/* In print, on a dark screen, with a filter set: everything is there, on white. */
set("f-standing", "waived");
switched("screen", "not all");
switched("print", "all");
dispatchEvent(new Event("beforeprint"));
seen["print is on white"] = light(looks("print")) > .99;
seen["print shows every row"] = visible().length === count;
seen["print unfolds every verdict"] = all("details.verdict:not([open])").length === 0;
seen["print leaves the fields out"] = getComputedStyle(document.getElementById("filter")).display === "none";
dispatchEvent(new Event("afterprint"));
seen["after it everything is as before"] = all("details.verdict[open]").length === 3;
seen["dark was switched"] = dark.length === 2;

const pre = document.createElement("pre");
pre.id = "probe";
pre.textContent = JSON.stringify(seen);
document.body.append(pre);
