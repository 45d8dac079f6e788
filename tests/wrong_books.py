"""A book of two agreements as its files have it, and what can be wrong with it, or only looks it, table by table."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from books import World
from builders import NAME, shipped_policies

from checker.model import Agreement

Change = tuple[str, str, str]
LAW: Mapping[str, Agreement] = {
    **shipped_policies(),
    **{name: shipped_policies()[NAME]._replace(name=name) for name in ("other", "third")},
}
WORLD = World(LAW, date(2005, 3, 31), (), (), ())
BOOK: Mapping[str, object] = {
    "book": "a book",
    "tape": {"file": "tape.csv", "as_of": "2005-03-31"},
    "batches": {"file": "batches.csv"},
    "dispositions": {"file": "lines.csv"},
}
FILES: Mapping[str, str] = {
    "tape.csv": f"""\
agreement,loan_id,in_pool,stated_principal_balance,next_due_date,defaulted,foreclosed
{NAME},0101,true,26756.87,2004-12-01,true,false
{NAME},0102,true,50000.00,2004-11-01,,false
other,0101,true,1234.50,2005-01-31,false,true
other,0303,,77.01,,,
""",
    "batches.csv": f"""\
batch,agreement,date,certification.form,certification.deposits_stated
one,{NAME},2005-03-31,Exhibit B,true
two,other,2005-04-01,,
""",
    "lines.csv": """\
batch,line,loan,under,price,buyer.name,buyer.role,loan.accrued_interest,loan.unreimbursed_advances,loan.defaulted
one,1,0101,3.13(g),26769.21,Impac Funding Corporation,master_servicer,12.34,0,
one,2,0102,3.18,50000.02,Outside Capital LLC,third_party,0.01,0.01,true
two,1,0101,3.18,1234.50,Outside Capital LLC,third_party,0,0,
""",
}


def written(folder: Path, *changes: Change, book: Mapping[str, object] = BOOK) -> Path:
    """Write the book with these changes, each a file, a text that stands in it once, and another."""
    files = {**FILES}
    for file, old, new in changes:
        assert files[file].count(old) == 1, f"{old} does not stand once in {file}"
        files[file] = files[file].replace(old, new)
    for file, text in files.items():
        (folder / file).write_bytes(text.encode())
    (folder / "book.json").write_text(json.dumps(book))
    return folder / "book.json"


def cell(file: str, row: str, column: str, text: str) -> Change:
    """Return the change of a cell, in the row that starts so."""
    lines = FILES[file].splitlines()
    at = lines[0].split(",").index(column)
    (line,) = [line for line in lines if line.startswith(row)]
    cells = line.split(",")
    return (file, line, ",".join([*cells[:at], text, *cells[at + 1 :]]))


TAPE, SECOND, LINE = f"{NAME},0101", f"{NAME},0102", "one,1"
FAULTS: Mapping[str, tuple[str, list[Change]]] = {
    "an unknown column of the tape": ("E706", [("tape.csv", "next_due_date", "next_due")]),
    "an unknown column of the lines": ("E706", [("lines.csv", "buyer.role", "buyer.rôle")]),
    "an unknown column of the batches": ("E706", [("batches.csv", "certification.form", "form")]),
    "a column with spaces around it": ("E706", [("tape.csv", "in_pool", " in_pool")]),
    "a column in capitals": ("E706", [("tape.csv", "in_pool", "IN_POOL")]),
    "a column without a name": ("E706", [("tape.csv", "in_pool", "")]),
    "a tape without ids": ("E706", [("tape.csv", "loan_id", "accrued_interest")]),
    "lines without a batch": ("E706", [("lines.csv", "batch,line", "fair_market_value.source,line")]),
    "lines without a loan": ("E706", [("lines.csv", "line,loan,", "line,determination.by,")]),
    "lines without a section": ("E706", [("lines.csv", "under", "determination.by")]),
    "batches without an agreement": ("E706", [("batches.csv", "agreement", "certification.officer")]),
    "a tape of several agreements without that column": ("E706", [("tape.csv", "agreement,", "accrued_interest,")]),
    "a measured fact on a line": ("E706", [("lines.csv", "loan.accrued_interest", "loan.stated_principal_balance")]),
    "a column twice on the tape": ("E703", [("tape.csv", "foreclosed", "defaulted")]),
    "a column twice in the lines": ("E703", [("lines.csv", ",price,", ",under,")]),
    "a column twice in the batches": ("E703", [("batches.csv", "certification.form", "batch")]),
    "a loan twice": ("E708", [("tape.csv", f"{NAME},0102,", f"{NAME},0101,")]),
    "a loan of no line twice": ("E708", [("tape.csv", "other,0303,", "third,0303,,1,,,\nthird,0303,")]),
    "a row without an id": ("E707", [("tape.csv", f"{NAME},0102", f"{NAME},")]),
    "a row with an amount alone": ("E707", [("tape.csv", "other,0303,", "other,,,99.99,,,\nother,0303,")]),
    "a total": ("E707", [("tape.csv", "other,0303", "other,Total")]),
    "a total in words": ("E707", [("tape.csv", "other,0303", "other,GRAND TOTAL:")]),
    "an id without a word": ("E707", [("tape.csv", "other,0303", "other,---")]),
    "a total in the lines": ("E707", [("lines.csv", "two,1,0101", "two,1,Total")]),
    "a row of no agreement": ("E305", [("tape.csv", "other,0303", ",0303")]),
    "a line without a batch": ("E305", [("lines.csv", "two,1,", ",1,")]),
    "a line without a loan": ("E305", [("lines.csv", "two,1,0101", "two,1,")]),
    "a line without a section": ("E305", [("lines.csv", "3.13(g)", "")]),
    "a line without its number": ("E305", [("lines.csv", "one,2,", "one,,")]),
    "a batch without a name": ("E305", [("batches.csv", "two,other", ",other")]),
    "a batch without an agreement": ("E305", [("batches.csv", "two,other", "two,")]),
    "a batch without a date": ("E305", [("batches.csv", "2005-04-01", "")]),
    "a line of a batch that is not there": ("E616", [("lines.csv", "two,1,", "three,1,")]),
    "two lines of one number": ("E616", [("lines.csv", "one,2,", "one,1,")]),
    "two batches of one name": ("E605", [("batches.csv", "two,", "two,other,2005-04-02,,\ntwo,")]),
    "the same batch twice": ("E605", [("batches.csv", "two,", "two,other,2005-04-01,,\ntwo,")]),
    "an agreement without a policy": ("E601", [("batches.csv", "two,other", "two,others")]),
    "a line that says otherwise than the tape": ("E604", [cell("lines.csv", LINE, "loan.defaulted", "false")]),
    "a line that says only one of two facts otherwise": (
        "E604",
        [
            ("tape.csv", "defaulted,foreclosed", "defaulted,foreclosed,accrued_interest"),
            ("tape.csv", "2004-12-01,true,false", "2004-12-01,true,false,12.35"),
            ("tape.csv", "2004-11-01,,false", "2004-11-01,,false,0.01"),
            ("tape.csv", "2005-01-31,false,true", "2005-01-31,false,true,0"),
            ("tape.csv", "77.01,,,", "77.01,,,,"),
        ],
    ),
    "a text outside its bounds": ("E402", [cell("lines.csv", LINE, "buyer.role", "Master_Servicer")]),
    "an amount below its bound": ("E402", [cell("tape.csv", SECOND, "stated_principal_balance", "-0.01")]),
    "a price below its bound": ("E402", [cell("lines.csv", LINE, "price", "-1")]),
    "a line of the number nought": ("E402", [("lines.csv", "one,2,", "one,0,")]),
}


AMOUNTS = [
    *("1e3", " 1.5", "1.5 ", "1_000", ".5", "05", "5.", "+1", "\uff11\uff12", "NaN", "nan", "inf", "Infinity", "0x5A"),
    *(
        "--1",
        "1.5.5",
        '"1,000"',
        "$1",
        "1-",
        "-",
        "1/2",
        "true",
        "null",
        "NULL",
        "\\N",
        "٣",
        "1\u00a0000",
        "1e400",
        "1'5",
    ),
]
DAYS = ["2011-2-3", "2011-02-30", "2011-02-29", "infinity", "epoch", "today", "2011/02/03", "20110203", "03.02.2011"]
DAYS += ["2011-02-03 ", "2011-02-03T00:00:00", "2011-02-03 00:00:00", "0000-01-01", "99999-01-01", "10000-01-01"]
DAYS += ["-2011-02-03", "2011-02-03 (BC)", "\uff12\uff10\uff11\uff11-02-03", "2011-13-01", "2011-00-01", "2011-01-00"]
FLAGS = ["True", "TRUE", "1", "0", "t", "yes", "Y", "on", " true", "true ", "fals\u0435", "null"]
IDS = ["1.00274E+11", "1E5", "1e+05", " 0102", "0102 ", "01\t02", "01\u200b02", "01\u00a002", "\u20280102"]
BAD: list[tuple[str, Change]] = [
    *((f"amount {text!r}", cell("tape.csv", SECOND, "stated_principal_balance", text)) for text in AMOUNTS),
    *((f"price {text!r}", cell("lines.csv", LINE, "price", text)) for text in AMOUNTS),
    *((f"number {text!r}", cell("lines.csv", "one,2", "line", text)) for text in (*AMOUNTS, "2.0", "2.5")),
    *((f"day {text!r}", cell("tape.csv", SECOND, "next_due_date", text)) for text in DAYS),
    *((f"date {text!r}", cell("batches.csv", "two", "date", text)) for text in DAYS),
    *((f"flag {text!r}", cell("tape.csv", SECOND, "defaulted", text)) for text in FLAGS),
    *((f"attested {text!r}", cell("lines.csv", LINE, "loan.defaulted", text)) for text in FLAGS),
    *((f"stated {text!r}", cell("batches.csv", "two", "certification.deposits_stated", text)) for text in FLAGS),
    *((f"in_pool {text!r}", cell("tape.csv", "other,0303", "in_pool", text)) for text in FLAGS),
    *((f"id {text!r}", cell("tape.csv", SECOND, "loan_id", text)) for text in IDS),
    *((f"loan {text!r}", cell("lines.csv", LINE, "loan", text)) for text in IDS),
    *((f"buyer {text!r}", cell("lines.csv", LINE, "buyer.name", text)) for text in IDS),
    *((f"batch {text!r}", cell("batches.csv", "two", "certification.form", text)) for text in IDS),
    *((f"agreement {text!r}", cell("tape.csv", "other,0303", "agreement", text)) for text in IDS),
]


SAME: Mapping[str, Callable[[str], str]] = {
    "lines that end as on Windows": lambda text: text.replace("\n", "\r\n"),
    "a byte order mark": lambda text: f"\ufeff{text}",
    "every cell in quotation marks": lambda text: "".join(
        ",".join(f'"{cell}"' if cell else "" for cell in line.split(",")) + "\n" for line in text.splitlines()
    ),
    "nothing in quotation marks": lambda text: text.replace(",,", ',"",'),
    "no line break at the end": lambda text: text.removesuffix("\n"),
    "rows that say nothing": lambda text: text + "," * text.splitlines()[0].count(",") + "\n",
    "empty lines": lambda text: text.replace("\n", "\n\n") + "\n",
    "columns in another order": lambda text: "".join(
        ",".join(reversed(line.split(","))) + "\n" for line in text.splitlines()
    ),
}


MALFORMED: Mapping[str, tuple[str, str, str]] = {
    "a short row": (f"{SECOND},true,50000.00", f"{SECOND}\n#", "E704"),
    "a long row": ("2004-11-01,,false", "2004-11-01,,false,x", "E704"),
    # By itself DuckDB drops empty cells too many without a word; a thousands mark makes a row so long.
    "an empty cell too many": ("2004-11-01,,false", "2004-11-01,,false,", "E704"),
    "two empty cells too many": ("2004-11-01,,false", "2004-11-01,,false,,", "E704"),
    "a quoted empty cell too many": ("2004-11-01,,false", '2004-11-01,,false,""', "E704"),
    "a thousands mark": ("50000.00,2004-11-01", "50,000.00,2004-11-01", "E704"),
    "an open quotation mark": (f"{SECOND},true", f'{SECOND},"true', "E702"),
    "text behind a quotation mark": (f"{SECOND},true", f'{SECOND},"true"x', "E702"),
}
