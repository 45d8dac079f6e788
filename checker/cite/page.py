"""What the page of `checker cite` looks like, and its script. Neither knows what is on it."""

STYLE = """
.holds { color: var(--yes-edge); } .fails { color: var(--no-edge); } .sums { margin: .6rem 0; }
.bar { display: block; width: 100%; height: .6rem; margin: .6rem 0 1rem; border-radius: .3rem; }
.bar .checked { fill: var(--yes-edge); } .bar .not_checked { fill: var(--open-edge); }
.bar .unaccounted { fill: var(--no-edge); }
.sides { display: grid; grid-template-columns: minmax(0, 1fr) minmax(18rem, 27rem); gap: 1.5rem; align-items: start; }
.contract { padding: .6rem 0; border: 1px solid var(--edge); border-radius: .4rem; color: var(--pale);
  font: 13px/1.55 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
.contract > div { display: grid; grid-template-columns: 3.5rem minmax(0, 1fr); scroll-margin-top: 30vh; }
.contract > div > a { padding-right: 1rem; color: var(--pale); opacity: .7; text-align: right;
  text-decoration: none; user-select: none; }
.contract > div > span { white-space: pre-wrap; overflow-wrap: anywhere; }
.contract .mark > span { opacity: .45; font-style: italic; }
.contract :target, .rules :target { outline: 2px solid var(--link); outline-offset: 1px; border-radius: .2rem; }
.contract span a { color: inherit; text-decoration: none; }
.checked, .not_checked, .unaccounted { color: var(--ink) !important; border-bottom: 2px solid; }
.checked { background: var(--yes); border-color: var(--yes-edge); }
.not_checked { background: var(--open); border-bottom-style: dotted; border-color: var(--open-edge); }
.unaccounted { background: var(--no); border-bottom-style: double; border-bottom-width: 4px;
  border-color: var(--no-edge); }
.contract .lit { background: var(--lit); } .rules .lit { background: var(--lit); }
.rules { position: sticky; top: 0; max-height: 100vh; overflow: auto; padding: .2rem .3rem 1rem; }
ul { margin: 0; padding: 0; list-style: none; }
li { padding: .4rem .5rem; border-top: 1px solid var(--edge); overflow-wrap: anywhere; scroll-margin-top: 30vh; }
li p { font-size: .92em; } li p:empty { display: none; } q { display: block; font-style: italic; }
@media (max-width: 60rem) { .sides { display: block; } .rules { position: static; max-height: none; } }
@media print { body { padding: 0; font-size: 10pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .sides { display: block; } .contract { font-size: 8.5pt; } .rules { position: static; max-height: none; }
  li, .contract > div { break-inside: avoid; } h2, h3 { break-after: avoid; }
  section + section { break-before: page; } }
"""

LEGEND = """<p><span class="checked">checked by a rule</span>
<span class="not_checked">not checked, with a reason</span>
<span class="unaccounted">unaccounted for</span></p>
"""

SCRIPT = """
const parts = [...document.querySelectorAll("[data-q]")].map(part => [part, part.dataset.q.split(" ")]);
const light = event => {
  const on = event.target.closest("[data-q]");
  const keys = on ? on.dataset.q.split(" ") : [];
  for (const [part, own] of parts) part.classList.toggle("lit", own.some(key => keys.includes(key)));
};
for (const kind of ["mouseover", "focusin"]) document.addEventListener(kind, light);
"""
