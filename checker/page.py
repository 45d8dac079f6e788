"""What every HTML page of checker has: one file that fetches nothing, its head, its colours, and its escaping."""

import hashlib
from base64 import b64encode
from html import escape

from checker.faults import printable

_STYLE = """
:root { color-scheme: light; --ink: #1c1e21; --pale: #5f666e; --paper: #fff; --edge: #d0d5da; --link: #0a58a8;
  --soft: #f4f6f8; --yes: #d3efd9; --yes-edge: #2d7d46; --open: #fbeac2; --open-edge: #8a5f00; --no: #ffd3d0;
  --no-edge: #c0281e; --lit: #b5d6ff; }
@media screen and (prefers-color-scheme: dark) {
  :root { color-scheme: dark; --ink: #e4e6e9; --pale: #a0a8b1; --paper: #17191c; --edge: #3d434a; --link: #7db8f5;
    --soft: #202327; --yes: #1d4429; --yes-edge: #5fc27e; --open: #4a3a10; --open-edge: #d9a93a; --no: #5e1f1b;
    --no-edge: #ff8078; --lit: #1f4d86; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem 1.5rem 3rem; max-width: 90rem; background: var(--paper); color: var(--ink);
  font: 15px/1.45 system-ui, sans-serif; }
h1 { margin: .5rem 0; font-size: 1.5rem; } h2 { margin: 2.5rem 0 .2rem; font-size: 1.15rem; }
h3 { margin: 1.2rem 0 .3rem; font-size: 1rem; }
p { margin: .2rem 0; overflow-wrap: anywhere; } .small { color: var(--pale); font-size: .85em; }
a { color: var(--link); } :focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
"""


def document(*, title: str, style: str, script: str, body: str) -> str:
    """Return a whole page of what stands in its body; it may run this script and use this style, and nothing else."""
    style = f"{_STYLE}{style}"
    allowed = f"style-src {_source(style)}; script-src {_source(script)}"
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'">
<title>{safe(title)}</title>
<style>{style}</style>
</head>
<body>
{body}<script>{script}</script>
</body>
</html>
"""


def _source(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def safe(text: str) -> str:
    """Return text that somebody else wrote as text of a page, its control characters spelled out."""
    return escape(printable(text))
