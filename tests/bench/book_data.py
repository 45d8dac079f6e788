"""Writes a book for the benchmark: one tape of many trusts, a thousand batches, their lines, and the policies.

    python tests/bench/book_data.py FOLDER [--loans 10_000_000] [--lines 100_000] [--batches 1_000]
                                           [--agreements 1_000] [--format parquet|csv|both]

Everything follows from hashes of the trust, the loan, the line and SEED: no random numbers, the same files from any
number of threads (of one version of DuckDB, whose `hash` it is). Each batch is of one trust and of its date; every
fiftieth is a second one of the trust before it, so that two batches make up one exercise. The tape is as of AS_OF.

Trusts, by their number modulo 20; the lines that are not under 3.13(g) are two thirds 3.18, one third 3.13(f):

| kind | lines under 3.13(g) | what they come to |
|---|---|---|
| 0, 1, 2 | 0.6% of the loans | exactly 1.00% of the pool |
| 3 | five | exactly 1.00% |
| 4, 5, 6 | 0.6% of the loans | one cent over 1.00%, a hundredth of a cent over, one cent under |
| 7, 8, 9 | four, five, six | 2.00% and more |
| 10, 11 | four, five | far under 1.00% |
| 12 | 0.6% of the loans | one balance in 50 is unknown |
| 13 | all | of one loan in 50 it is unknown whether it is in the pool |
| 14, 15 | all | about 1.00%, on either side |
| 16 to 19 | none | |

The limits are met exactly by two loans of each trust: the first is bought (loan 0), the second is not (loan 1), and
their balances are what makes the sums come out.

Dates of trusts: of 40, one the day before AS_OF, two 15 days after, one 31 days after (the last day of a reading), one
61 days after; one in 97 on 2004-12-15 (the earlier policy), one in 193 on 2004-10-01 (none), one in 211 on 2004-12-28.
Loans, by the last digit of their number: 7 is about 90 days delinquent (a third exactly at a limit of a reading, one in
50 unknown), 8 in default (one in 50 unknown), 9 behind, the rest current; half of 9 and one in 40 of 7 and 8 are
foreclosed on. One in 25 has left the pool, with its balance; of one in 50 the interest is unknown, which two lines in
three attest; of one in 100 whether it is foreclosed on.
Prices: 4% a cent off, 2% unknown, 1% far off. Lines, where no limit is aimed at: one in 211 has the loan of the line
before it, one in 307 a loan that is not on the tape, one in 1009 a section of no policy. Buyers: 4% affiliates, 2%
without a name, 2% without a role, 2% the Master Servicer's name under another role, half of them in capitals.
What 3.13(f) asks besides: each fact unknown in 2% to 3%, a value below or at the limit, or a day late, in some.
Certifications: 3% without a form, 2% of another, 7% not sent to both, 2% a day late, 2% silent and 2% false about the
deposits; requests of files: 3% missing, 5% a day late; half of the files are not released.
"""

import argparse
import shutil
from datetime import date
from pathlib import Path
from string import Template

import duckdb

SEED = 20041228
AS_OF = date(2011, 3, 31)
SHIPPED = Path(__file__).parents[2] / "policies" / "impac-cmb-2004-10"

# `pick` is a whole number below `parts` that depends on a trust (or batch), a loan (or line) and a purpose.
MACROS = """
create macro pick(a, b, purpose, parts) as (hash(a::bigint, b::bigint, purpose, $seed) % parts)::bigint;
create macro money(cents) as (cents::decimal(18, 0) * 0.01)::decimal(18, 2);
create macro trust(k) as 'trust-' || lpad((k + 1)::text, 4, '0');
create macro loan_id(k, n) as lpad(((n * 7919 + k * 104729) % 10000000000)::text, 10, '0');
create macro own_cents(k, n) as 2000000 + pick(k, n, 'balance', 58000000);
create macro date_of(k) as case
  when k % 97 = 96 then date '2004-12-15' when k % 193 = 192 then date '2004-10-01'
  when k % 211 = 210 then date '2004-12-28'
  else date '$as_of' + coalesce([-1, 15, 15, 31, 61][pick(k, 0, 'date', 40) + 1], 0)::int end;
create macro due(k, n) as case n % 10
  when 7 then if(pick(k, n, 'no due', 50) = 0, null, ([
    date '2010-12-01', date '2010-11-01', date '2010-10-01', date '2010-12-01', date '2010-09-01', date '2010-11-01',
    date '2010-12-31', date '2011-01-01', date '2011-01-02', date '2010-12-30', date '2011-01-15', date '2010-11-30'
  ])[pick(k, n, 'due', if(pick(k, n, 'limit', 3) = 0, 12, 6)) + 1])
  when 8 then date '2010-06-01' + to_months(pick(k, n, 'due', 5)::int)
  when 9 then date '2011-02-01' + to_months(pick(k, n, 'due', 2)::int)
  else date '2011-04-01' end;
create macro in_pool(k, n) as case
  when n < 2 then true when k % 20 = 13 and pick(k, n, 'no pool', 50) = 0 then null
  else pick(k, n, 'pool', 25) > 0 end;
create macro bought(k) as case
  when k % 20 in (3, 8, 11) then 5 when k % 20 in (7, 10) then 4 when k % 20 = 9 then 6
  when k % 20 in (13, 14, 15) then $most when k % 20 > 15 then 0
  else least($most, greatest(6, $per_trust * 6 // 1000)) end;
create macro is_aimed(k) as k % 20 < 10;
"""

# Every loan of `source` (k, n): its facts, `cents` the balance before a cell is made unknown.
LOANS = """
select k, n, case n when 0 then w.inside when 1 then w.outside else own_cents(k, n) end as cents,
  trust(k) as agreement, loan_id(k, n) as loan_id,
  if(k % 20 = 12 and n > 1 and pick(k, n, 'no balance', 50) = 0, null, money(cents)) as stated_principal_balance,
  due(k, n)::date as next_due_date,
  if(pick(k, n, 'no interest', 50) = 0, null, money(pick(k, n, 'interest', 500000))) as accrued_interest,
  money(if(n % 10 < 7, 0, pick(k, n, 'advances', 90000))) as unreimbursed_advances,
  if(n % 10 = 8 and pick(k, n, 'no default', 50) = 0, null, n % 10 = 8) as defaulted,
  if(pick(k, n, 'no foreclosure', 100) = 0, null,
    n % 10 > 6 and pick(k, n, 'foreclosed', if(n % 10 = 9, 2, 40)) = 0) as foreclosed,
  in_pool(k, n) as in_pool
from $source left join weights w using (k)
"""

# Lines by their place: i in the book, b the batch, k its trust, o the how manieth batch of it, s the slot in the trust.
PLACES = """
create table batches as
with b as (select b, greatest(0, b % $agreements - (b % 50 = 49)::int) as k from range($batches) t(b))
select b, k, row_number() over (partition by k order by b) - 1 as o, count(*) over (partition by k) as of_trust
from b order by b;
create table places as
with line as (select i, i * $batches // $lines as b from range($lines) t(i)),
  placed as (select *, row_number() over (partition by b order by i) - 1 as j from line),
  slots as (select i, b, k, j * of_trust + o as s from placed join batches using (b)),
  kinds as (select *, case when s < bought(k) then '3.13(g)' when pick(k, s, 'section', 3) = 0 then '3.13(f)'
    else '3.18' end as section from slots)
select i, b, k, s, section, not is_aimed(k) or section != '3.13(g)' as is_free,
  if(s = 0 and is_aimed(k), 0, 10 + 10 * (s * $stride + pick(k, s, 'loan', $stride)) + case section
    when '3.18' then 7 when '3.13(f)' then 8 else pick(k, s, 'digit', 10) end) as n
from kinds order by i;
"""

# What loans 0 and 1 come to, in cents, so that the exercise is 1.00% of the pool and off by `shift` hundredths of one.
WEIGHTS = """
create table weights as
with pools as (select k, sum(own_cents(k, n))::bigint as pool from loan_numbers where n > 1 and in_pool(k, n)
    group by k),
  bought as (select k, sum(own_cents(k, n))::bigint as bought from places where section = '3.13(g)' and n > 1
    group by k),
  gaps as (select k, pool, pool - 100 * coalesce(bought, 0) as gap from pools left join bought using (k)),
  firsts as (select *, case when k % 20 < 7 then greatest(1, gap // 99 + 101010)
    when k % 20 < 10 then pool // 50 else own_cents(k, 0) end as inside from gaps)
select k, inside, case when k % 20 < 7 then greatest(1, 99 * inside - gap + case k % 20
  when 4 then -100 when 5 then -1 when 6 then 100 else 0 end) else own_cents(k, 1) end as outside
from firsts order by k;
"""

LINES = """
with facts as ($loans),
  chosen as (select p.i, p.b, p.s, p.section, p.is_free, f.*, date_of(k) as day,
    coalesce(f.accrued_interest, money(pick(k, n, 'attested', 500000))) as interest
    from places p join facts f using (k, n)),
  offers as (select *, money(cents) + interest + unreimbursed_advances as asked,
    (money(cents) * 0.6)::decimal(18, 2) as value, pick(k, s, 'role', 100) as r, pick(k, s, 'price', 100) as q,
    pick(k, s, 'value', 100) as v, pick(k, s, 'present', 100) as w, pick(k, s, 'determined', 100) as d,
    section = '3.13(g)' or (section = '3.18' and pick(k, s, 'servicer', 4) > 0) as is_servicer from chosen),
  priced as (select *, case when q < 2 then null when q < 4 then clean + 0.01 when q < 6 then clean - 0.01
    when q < 7 then clean + 1000 else clean end as price
    from (select *, if(section = '3.13(f)', value, asked) as clean from offers))
select 'batch-' || lpad((b + 1)::text, 5, '0') as batch,
  case when is_free and i % 307 = 306 then 'N' || lpad(i::text, 9, '0')
    when is_free and i % 211 = 210 then coalesce(lag(loan_id) over (partition by b order by i), loan_id)
    else loan_id end as loan,
  if(is_free and i % 1009 = 1008, '3.21', section) as under,
  price::decimal(18, 2) as price,
  case when r < 2 then null when r = 2 then 'IMPAC  Funding Corporation' when r = 3 then 'Impac Funding Corporation'
    when r < 8 then 'Impac Secured Assets' when is_servicer then 'Impac Funding Corporation'
    else 'Harbor Loan Partners LLC' end as "buyer.name",
  case when r in (2, 3) then 'third_party' when r < 8 and r > 3 then 'affiliate' when r < 10 and r > 7 then null
    when is_servicer then 'master_servicer' else 'third_party' end as "buyer.role",
  if(section = '3.13(f)' and v > 2, value, null)::decimal(18, 2) as "fair_market_value.amount",
  if(section = '3.13(f)' and v not in (3, 4), day - (if(v = 5, -1, v // 10))::int, null) as "fair_market_value.date",
  if(section = '3.13(f)' and v not in (6, 7), 'Broker price opinion', null) as "fair_market_value.source",
  if(section = '3.13(f)' and w > 2, price - ([0.00, -0.01, 100.00])[if(w < 50, 1, if(w < 53, 2, 3))], null)
    ::decimal(18, 2) as "present_value.sale",
  if(section = '3.13(f)' and w not in (3, 4),
    price - ([0.00, 99.99, 5000.00])[if(w % 9 = 5, 1, if(w % 9 = 6, 2, 3))], null)::decimal(18, 2)
    as "present_value.foreclosure",
  if(section = '3.13(f)' and d > 1, 'Credit committee', null) as "determination.by",
  if(section = '3.13(f)' and d not in (2, 3), day - (if(d = 4, -1, d // 20))::int, null) as "determination.date",
  if(section = '3.13(f)' and d not in (5, 6), 'Minutes ' || i, null) as "determination.document",
  if(accrued_interest is null and pick(k, s, 'attests', 3) > 0 and not (is_free and i % 211 = 210), interest, null)
    as "loan.accrued_interest"
from priced order by i
"""

BATCHES = """
with b as (select b, k, date_of(k) as day, pick(b, 0, 'form', 100) as f, pick(b, 0, 'sent', 100) as s,
  pick(b, 0, 'requested', 100) as r, pick(b, 0, 'deposits', 100) as d from batches)
select 'batch-' || lpad((b + 1)::text, 5, '0') as batch, trust(k) as agreement, day as date,
  case when f < 3 then null when f < 5 then 'Exhibit C' else 'Exhibit B' end as "certification.form",
  'A. Officer' as "certification.officer", 'Vice President' as "certification.officer_title",
  case when d < 2 then null else d > 3 end as "certification.deposits_stated",
  case when s < 4 then null else day + (s between 4 and 8)::int end as "certification.sent_to_indenture_trustee",
  case when s between 2 and 6 then null else day end as "certification.sent_to_custodian",
  case when r < 3 then null else day + (r < 8)::int end as "certification.mortgage_files_requested",
  case when r > 50 then null else day + (r % 10)::int end as "certification.mortgage_files_released"
from b order by b
"""

LOAN_COLUMNS = (
    "agreement, loan_id, stated_principal_balance, next_due_date, accrued_interest, unreimbursed_advances, defaulted,"
    " foreclosed, in_pool"
)
BOOK = """book: bench
tape: {{file: loans.{format}, as_of: {as_of}}}
batches: {{file: batches.csv}}
dispositions: {{file: lines.{format}}}
"""


def write(folder: Path, *, loans: int, lines: int, batches: int, agreements: int, formats: tuple[str, ...]) -> None:
    """Write `loans.*`, `lines.*` and a book for each format, `batches.csv` and `policies/` into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    per_trust, most = loans // agreements, -(-lines // batches)
    stride = (per_trust - 10) // (20 * most * -(-batches // agreements))
    if stride < 1 or agreements > 9_999 or batches > 99_999:
        raise SystemExit("too few loans for so many lines, or more trusts or batches than there are names for")
    values = {
        "seed": SEED, "as_of": AS_OF, "most": most, "per_trust": per_trust, "stride": stride,
        "loans": loans, "lines": lines, "batches": batches, "agreements": agreements,
    }  # fmt: skip
    database = _prepared(values)
    numbered = _filled(LOANS, {"source": "loan_numbers"})
    tables = {"loans": f"select {LOAN_COLUMNS} from ({numbered})", "lines": _lines()}
    for format_ in formats:
        for name, query in tables.items():
            _copy(database, query, folder / f"{name}.{format_}")
        (folder / f"{format_}.yaml").write_text(BOOK.format(format=format_, as_of=AS_OF))
    _copy(database, BATCHES, folder / "batches.csv")
    _write_policies(folder / "policies", agreements)


def _prepared(values: dict[str, object]) -> duckdb.DuckDBPyConnection:
    """Return a database with the macros, every loan's number, the lines' places, and the weights for the limits."""
    database = duckdb.connect()
    numbers = """
    create view loan_numbers as select k, i - k * $per_trust as n
    from (select i, least(i // $per_trust, $agreements - 1) as k from range($loans) t(i));
    """
    for sql in (MACROS, numbers, PLACES, WEIGHTS):
        database.execute(_filled(sql, values))
    return database


def _filled(sql: str, values: dict[str, object]) -> str:
    return Template(sql).substitute(values)


def _lines() -> str:
    """Return the query of the lines: the facts of their loans, what is asked for them, and what is offered."""
    return _filled(LINES, {"loans": _filled(LOANS, {"source": "(select distinct k, n from places)"})})


def _copy(database: duckdb.DuckDBPyConnection, query: str, file: Path) -> None:
    options = "format parquet" if file.suffix == ".parquet" else "format csv, header"
    database.execute(f"copy ({query}) to '{file}' ({options})")


def _write_policies(folder: Path, agreements: int) -> None:
    shutil.copytree(SHIPPED, folder / SHIPPED.name, dirs_exist_ok=True)
    (folder / "trusts").mkdir(exist_ok=True)
    names = "".join(f"  - trust-{k:04d}\n" for k in range(1, agreements + 1))
    (folder / "trusts" / "follows.yaml").write_text(f"follows: {SHIPPED.name}\nagreements:\n{names}")


def main() -> None:
    """Write a book."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    for name, number in (("loans", 10_000_000), ("lines", 100_000), ("batches", 1_000), ("agreements", 1_000)):
        parser.add_argument(f"--{name}", type=int, default=number)
    parser.add_argument("--format", choices=("parquet", "csv", "both"), default="both")
    asked = vars(parser.parse_args())
    format_ = asked.pop("format")
    write(**asked, formats=("parquet", "csv") if format_ == "both" else (format_,))


if __name__ == "__main__":
    main()
