"""What the page of a report looks like, and its script. Neither knows what is on it, and neither phrases anything."""

STYLE = """
body { max-width: 76rem; }
h1 { font-size: 1.9rem; line-height: 1.2; } h2 { font-size: 1.4rem; padding-top: .8rem; border-top: 2px solid; }
h3 { margin: 2rem 0 .4rem; font-size: 1.15rem; } h4 { margin: 0 0 .3rem; font-size: 1rem; overflow-wrap: anywhere; }
h1 .badge { font-size: inherit; }
nav ul { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; padding: 0; margin: .6rem 0; list-style: none; }
.badge { display: inline-block; padding: 0 .45em; border: 2px solid; border-radius: .3em; font-size: .9em;
  font-weight: 600; white-space: nowrap; color: var(--ink); }
.permitted, .pass, .met { --tint: var(--yes); --line: var(--yes-edge); }
.refused, .fail, .late, .defective { --tint: var(--no); --line: var(--no-edge); }
.undecided, .unknown, .disputed, .due { --tint: var(--open); --line: var(--open-edge); }
.badge { background: var(--tint); border-color: var(--line); }
.badge.refused, .badge.fail, .badge.late, .badge.defective { border-style: double; border-width: 4px; }
.badge.undecided, .badge.unknown, .badge.disputed, .badge.due { border-style: dashed; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .15rem 1rem; margin: .6rem 0; }
@media (min-width: 62rem) { .about { grid-template-columns: repeat(2, max-content minmax(0, 1fr)); } }
dt { color: var(--pale); } dd { margin: 0; overflow-wrap: anywhere; }
article { margin: .8rem 0 1.2rem; padding: .7rem 1rem .8rem; border: 1px solid var(--edge);
  border-left: .35rem solid var(--line); border-radius: .3rem; }
blockquote { margin: .4rem 0; padding: .1rem 0 .1rem .9rem; border-left: 3px solid var(--edge); font-style: italic;
  overflow-wrap: anywhere; }
code { font: .92em ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
table { width: 100%; margin: .6rem 0; border-collapse: collapse; font-size: .95em; }
caption { padding: .2rem 0; text-align: left; font-weight: 600; } caption .small { font-weight: 400; }
th, td { padding: .3rem .9rem .3rem 0; border-top: 1px solid var(--edge); text-align: left; vertical-align: top;
  font-weight: inherit; overflow-wrap: anywhere; } thead th, .scroll :is(th, td) { overflow-wrap: break-word; }
thead th { color: var(--pale); font-size: .9em; border-top: 0; } .n { text-align: right; white-space: nowrap; }
:is([data-sort=number], [data-sort=amount]), :is([data-sort=number], [data-sort=amount]) button { text-align: right; }
.numbers td { width: 20%; } .comparisons td { width: 25%; } .readings, .condition { table-layout: fixed; }
.readings th:first-child { width: 20%; } .condition th:first-child { width: 50%; }
:is(.readings, .condition) th:last-child { width: 18%; }
.obligations { min-width: 44rem; } .batches { min-width: 30rem; } .ranked { min-width: 58rem; }
.counts :is(td, th + th), .ranked :is(td, th):nth-last-child(-n + 3) { text-align: right; }
.ranked td:nth-child(3) { white-space: nowrap; }
@media (max-width: 40rem) { .readings th, .condition th:last-child { width: 26% !important; }
  body { padding: 1rem .8rem 2rem; } article { padding: .6rem .6rem .7rem; } }
mark { color: inherit; background: var(--tint); font-weight: 600; text-decoration: underline var(--line) 2px;
  text-underline-offset: .2em; }
.sign { margin-left: .2em; font-weight: 700; color: var(--ink); }
.told, :is(.lines, .obligations, .ranked) caption { position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap; }
figure { margin: .8rem 0 1.2rem; } svg { display: block; width: 100%; height: 2.6rem; margin: .3rem 0; }
.legend { margin: 0; padding: 0; list-style: none; } .legend li { margin: .1rem 0; overflow-wrap: anywhere; }
rect { vector-effect: non-scaling-stroke; } .bar { fill: var(--link); background: var(--link); }
.bar.bound { fill-opacity: .6; } .breach { fill: var(--no); stroke: var(--no-edge); stroke-width: 2; }
.room { fill: none; stroke: var(--pale); stroke-dasharray: 4 4; }
line.limit { stroke: var(--ink); stroke-width: 4; vector-effect: non-scaling-stroke; }
.key { display: inline-block; width: 1.4em; height: .8em; } .key.limit { width: 4px; height: 1.1em; margin: 0 .65em;
  vertical-align: text-bottom; background: var(--ink); }
.scroll { position: relative; overflow-x: auto; } .lines table { min-width: 58rem; }
.lines td:last-child { min-width: 16rem; }
.controls { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: end; padding: .6rem .8rem;
  background: var(--soft); border: 1px solid var(--edge); border-radius: .3rem; }
.controls p { flex-basis: 100%; } [hidden] { display: none !important; }
.controls label { display: grid; gap: .1rem; font-size: .9em; }
input, select, button { padding: .3rem .5rem; border: 1px solid var(--pale); border-radius: .25rem; font: inherit;
  color: var(--ink); background: var(--paper); max-width: 100%; }
button { cursor: pointer; } button[aria-disabled=true] { color: var(--pale); border-style: dashed; cursor: default; }
thead button { white-space: nowrap; padding: .1rem .3rem; border-color: transparent; background: none; color: inherit;
  font-weight: 600; text-decoration: underline dotted; text-align: left; }
[aria-sort=ascending] button::after { content: " \\25B2"; } [aria-sort=descending] button::after { content: " \\25BC"; }
.sign-off { padding: .2rem 1.2rem 1.2rem; border: 2px solid; border-radius: .3rem; break-inside: avoid; }
.sign-off h2 { margin-top: .6rem; border: 0; } fieldset { margin: .6rem 0; border: 1px solid var(--edge); }
fieldset label { display: inline-block; margin-right: 1.5rem; } legend { overflow-wrap: anywhere; }
.fields { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(16rem, 100%), 1fr)); gap: .8rem 1.5rem; }
.fields label { display: grid; gap: .1rem; } .fields label:last-child { grid-column: 1 / -1; }
@page { size: A4; margin: 16mm 14mm 18mm; @bottom-right { content: counter(page) " / " counter(pages); font: 8pt
  sans-serif; } }
@media print {
  body { max-width: none; padding: 0; font-size: 9.5pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  nav, .controls > :not(p), .on-screen { display: none; } .controls { padding: 0; border: 0; background: none; }
  h1, h2, h3, h4, caption, figcaption { break-after: avoid; } .of-one { break-before: avoid; break-inside: avoid; }
  tr, figure, blockquote { break-inside: avoid; }
  .scroll { overflow: visible; } .scroll table { min-width: 0 !important; } .lines table { font-size: 8pt; }
  thead button { display: contents; } .lines td:last-child { min-width: 0; } a { color: inherit; }
  .fields input { height: 9mm; border-width: 0 0 1px; border-radius: 0; } .fields label:last-child input {
  height: 20mm; } }
"""

SCRIPT = r"""
"use strict";
const node = (tag, kind, ...content) => {
  const made = document.createElement(tag);
  if (kind) made.className = kind;
  made.append(...content);
  return made;
};
const worded = text => text.split(/`([^`]+)`/).map((part, at) => at % 2 ? node("code", "", part) : part);
const scaled = texts => {
  const parts = texts.map(text => text.replaceAll(",", "").split("."));
  const places = Math.max(0, ...new Set(parts.map(([, fraction]) => (fraction || "").length)));
  return parts.map(([whole, fraction]) => whole ? BigInt(whole + (fraction || "").padEnd(places, "0")) : null);
};
const set = box => {
  const { signs, stops, messages, rows } = JSON.parse(box.querySelector("script").textContent);
  const by = Object.fromEntries([...box.querySelectorAll("[data-by]")].map(one => [one.dataset.by, one]));
  const is = Object.fromEntries([...box.querySelectorAll("[data-is]")].map(one => [one.dataset.is, one]));
  const to = Object.fromEntries([...box.querySelectorAll("[data-do]")].map(one => [one.dataset.do, one]));
  const heads = [...box.querySelectorAll("thead th")];
  const body = box.querySelector("tbody"), none = box.querySelector(".none");
  const most = Number(box.dataset.rows);
  const rules = rows.map(row => row[7].map(([stop]) => stops[stop][0]));
  const texts = rows.map((row, at) => [...row.slice(0, 7), ...rules[at], ...row[7].map(([, text]) => messages[text])]
    .join("\n").toLowerCase());
  const keys = heads.map(() => null);
  const keysOf = column => keys[column] ??= {
    number: () => rows.map(row => row[column]),
    text: () => rows.map((row, at) => (column === 7 ? rules[at][0] : row[column]) || null),
    amount: () => scaled(rows.map(row => row[column])),
  }[heads[column].dataset.sort]();
  let order = rows.map((_, at) => at), found = order, start = 0;

  const badge = word => {
    const sign = node("span", "", signs[word]);
    sign.setAttribute("aria-hidden", "true");
    return node("span", `badge ${word}`, sign, ` ${word}`);
  };
  const stopped = ([stop, message]) => {
    const [rule, status, name] = stops[stop];
    const link = node("a", "", rule);
    link.setAttribute("href", `#${name}`);
    return node("p", "", link, " ", badge(status), " ", ...worded(messages[message]));
  };
  const line = at => {
    const [number, loan, under, decision, price, asked, difference, why] = rows[at];
    const named = node("th", "", loan);
    named.setAttribute("scope", "row");
    return node("tr", "", node("td", "n", number), named, node("td", "", under), node("td", "", badge(decision)),
      ...[price, asked, difference].map(amount => node("td", "n", amount)), node("td", "", ...why.map(stopped)));
  };
  const show = () => {
    const shown = found.slice(start, start + most);
    body.replaceChildren(...shown.map(line));
    none.hidden = shown.length > 0;
    const last = start + shown.length;
    const counts = { first: shown.length && start + 1, last, found: found.length, all: rows.length };
    for (const [name, count] of Object.entries(counts)) is[name].textContent = count.toLocaleString("en-US");
    to.before.setAttribute("aria-disabled", String(start === 0));
    to.after.setAttribute("aria-disabled", String(start + most >= found.length));
    to.before.hidden = to.after.hidden = found.length <= most;
  };
  const filter = () => {
    const text = by.text.value.trim().toLowerCase(), decision = by.decision.value, rule = by.rule.value;
    found = order.filter(at => texts[at].includes(text) && (!decision || rows[at][3] === decision)
      && (!rule || rules[at].includes(rule)));
    start = 0;
    show();
  };
  const sort = column => {
    const down = heads[column].getAttribute("aria-sort") === "ascending";
    const key = keysOf(column), sign = down ? -1 : 1;
    for (const head of heads) head.removeAttribute("aria-sort");
    heads[column].setAttribute("aria-sort", down ? "descending" : "ascending");
    order.sort((a, b) => {
      const [x, y] = [key[a], key[b]];
      if (x === y) return a - b;
      return x === null ? 1 : y === null ? -1 : x < y ? -sign : sign;
    });
    filter();
  };
  const turn = by => {
    if (start + by >= 0 && start + by < found.length) {
      start += by;
      show();
    }
  };
  for (const [column, head] of heads.entries()) {
    const button = node("button", "", head.textContent);
    button.type = "button";
    button.addEventListener("click", () => sort(column));
    head.replaceChildren(button);
  }
  heads[0].setAttribute("aria-sort", "ascending");
  for (const one of Object.values(by)) one.addEventListener("input", filter);
  to.clear.addEventListener("click", () => {
    for (const one of Object.values(by)) one.value = "";
    filter();
  });
  to.before.addEventListener("click", () => turn(-most));
  to.after.addEventListener("click", () => turn(most));
  box.querySelector(".static")?.remove();
  box.querySelector(".controls").hidden = false;
  show();
};
document.querySelectorAll(".lines").forEach(set);
"""
