"""What the page of `checker cite` looks like, and its script. Neither knows what is on it."""

STYLE = """
:root { color-scheme: light dark; --ink: #1c1e21; --pale: #666d75; --paper: #fff; --edge: #d8dce0; --link: #0a58a8;
  --checked: #d3efd9; --checked-edge: #2d7d46; --not: #fbeac2; --not-edge: #9a6a00; --none: #ffd3d0;
  --none-edge: #c0281e; --lit: #b5d6ff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e6e9; --pale: #9aa2ab; --paper: #17191c; --edge: #383d43; --link: #7db8f5;
    --checked: #1d4429; --checked-edge: #5fc27e; --not: #4a3a10; --not-edge: #d9a93a; --none: #5e1f1b;
    --none-edge: #ff8078; --lit: #1f4d86; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem 1.5rem 3rem; max-width: 90rem; background: var(--paper); color: var(--ink);
  font: 15px/1.45 system-ui, sans-serif; }
h1 { margin: .5rem 0; font-size: 1.5rem; } h2 { margin: 2.5rem 0 .2rem; font-size: 1.15rem; }
h3 { margin: 1.2rem 0 .3rem; font-size: 1rem; }
p { margin: .2rem 0; overflow-wrap: anywhere; } .small { color: var(--pale); font-size: .85em; }
.holds { color: var(--checked-edge); } .fails { color: var(--none-edge); } .sums { margin: .6rem 0; }
a { color: var(--link); }
.bar { display: flex; height: .6rem; margin: .6rem 0 1rem; border-radius: .3rem; overflow: hidden; }
.bar .checked { background: var(--checked-edge); } .bar .not_checked { background: var(--not-edge); }
.bar .unaccounted { background: var(--none-edge); }
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
.checked { background: var(--checked); border-color: var(--checked-edge); }
.not_checked { background: var(--not); border-bottom-style: dotted; border-color: var(--not-edge); }
.unaccounted { background: var(--none); border-bottom-style: double; border-bottom-width: 4px;
  border-color: var(--none-edge); }
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

# The page may fetch nothing.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"

SCRIPT = """
const parts = [...document.querySelectorAll("[data-q]")].map(part => [part, part.dataset.q.split(" ")]);
const light = event => {
  const on = event.target.closest("[data-q]");
  const keys = on ? on.dataset.q.split(" ") : [];
  for (const [part, own] of parts) part.classList.toggle("lit", own.some(key => keys.includes(key)));
};
for (const kind of ["mouseover", "focusin"]) document.addEventListener(kind, light);
"""
