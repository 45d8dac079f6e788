"""Where whoever decides signs: on the screen, or by hand on paper."""

from checker import phrase
from checker.findings import BatchReport, Report
from checker.page import safe
from checker.report.parts import badge, table

_FIELDS = ("Name", "Role", "Date", "Remarks", "Signature")


def sign_off(report: Report) -> str:
    """Return the block to sign, with the digests of what was decided on."""
    choices = "".join(_choice(batch, f"decided-{at}") for at, batch in enumerate(report.batches, 1))
    fields = "".join(f'<label>{name} <input type="text" autocomplete="off"></label>\n' for name in _FIELDS)
    decided = table("Decided by the checker", ("Batch", "Decision", "sha256"), map(_decided, report.batches))
    return f"""<section class="sign-off" aria-labelledby="sign-off">
<h2 id="sign-off">Sign-off</h2>
{decided}<p>{phrase.CONFIRMED}</p>
{choices}<div class="fields">
{fields}</div>
<p class="small on-screen">{phrase.NOT_SAVED}</p>
</section>
"""


def _decided(batch: BatchReport) -> tuple[str, ...]:
    return safe(batch.name), badge(batch.decision), f"<code>{batch.inputs.get('batch', '')}</code>"


def _choice(batch: BatchReport, name: str) -> str:
    options = "".join(
        f'<label><input type="radio" name="{name}" value="{at}"> {choice}</label>\n'
        for at, choice in enumerate(phrase.CHOICES)
    )
    return f"<fieldset>\n<legend>Decision taken on {safe(batch.name)}</legend>\n{options}</fieldset>\n"
