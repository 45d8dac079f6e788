"""Where whoever decides signs: on the screen, or by hand on paper."""

from collections.abc import Iterable

from checker import phrase
from checker.lang.named import NamedTuple
from checker.model import Decision
from checker.page import safe
from checker.report.parts import badge, table

_FIELDS = ("Name", "Role", "Date", "Remarks", "Signature")


class Signed(NamedTuple):
    """What is signed for: its name, what the checker decided on it, and the digest of its file."""

    name: str
    decision: Decision
    sha256: str


def sign_off(found: Iterable[Signed], kind: str, confirmed: str) -> str:
    """Return the block to sign, with the digests of what was decided on, and what whoever signs has confirmed."""
    every = list(found)
    choices = "".join(_choice(one, f"decided-{at}") for at, one in enumerate(every, 1))
    fields = "".join(f'<label>{name} <input type="text" autocomplete="off"></label>\n' for name in _FIELDS)
    decided = table("Decided by the checker", (kind, "Decision", "sha256"), map(_decided, every))
    return f"""<section class="sign-off" aria-labelledby="sign-off">
<h2 id="sign-off">Sign-off</h2>
{decided}<p>{confirmed}</p>
{choices}<div class="fields">
{fields}</div>
<p class="small on-screen">{phrase.NOT_SAVED}</p>
</section>
"""


def _decided(one: Signed) -> tuple[str, ...]:
    return safe(one.name), badge(one.decision), f"<code>{one.sha256}</code>"


def _choice(one: Signed, name: str) -> str:
    options = "".join(
        f'<label><input type="radio" name="{name}" value="{at}"> {choice}</label>\n'
        for at, choice in enumerate(phrase.CHOICES)
    )
    return f"<fieldset>\n<legend>Decision taken on {safe(one.name)}</legend>\n{options}</fieldset>\n"
