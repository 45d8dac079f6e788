"""The benchmark's book judged by one DuckDB script, as an engineer who knows this data would write it.

    python tests/bench/book_peers/duckdb_by_hand.py FOLDER [--format parquet|csv] [--memory 1GB] [--as-of DATE]
                                                           [--checked]

Prints how many subjects each rule passes, fails, leaves unknown or disputed, how many lines are permitted, refused and
undecided, and how many obligations are met, due, late and defective. `3.13(g)/size` counts once for each exercise, an
obligation once for each batch that has such lines, everything else once a line. The rules are those of the policies
that ship, written out; nothing is explained. `--checked` refuses first what a checker must refuse: a loan id twice in
an agreement or of other than digits, an amount that is not in the canonical form or negative, a role that nobody knows.
"""

import argparse
import json
import sys
from pathlib import Path

import duckdb

MONEY, DAY, FLAG, TEXT = "DECIMAL(18, 2)", "DATE", "BOOLEAN", "VARCHAR"
LOANS = {
    "agreement": TEXT, "loan_id": TEXT, "stated_principal_balance": MONEY, "next_due_date": DAY,
    "accrued_interest": MONEY, "unreimbursed_advances": MONEY, "defaulted": FLAG, "foreclosed": FLAG, "in_pool": FLAG,
}  # fmt: skip
LINES = {
    "batch": TEXT, "loan": TEXT, "under": TEXT, "price": MONEY, "buyer.name": TEXT, "buyer.role": TEXT,
    "fair_market_value.amount": MONEY, "fair_market_value.date": DAY, "fair_market_value.source": TEXT,
    "present_value.sale": MONEY, "present_value.foreclosure": MONEY, "determination.by": TEXT,
    "determination.date": DAY, "determination.document": TEXT, "loan.accrued_interest": MONEY,
}  # fmt: skip
BATCHES = {
    "batch": TEXT, "agreement": TEXT, "date": DAY, "certification.form": TEXT, "certification.officer": TEXT,
    "certification.officer_title": TEXT, "certification.deposits_stated": FLAG,
    "certification.sent_to_indenture_trustee": DAY, "certification.sent_to_custodian": DAY,
    "certification.mortgage_files_requested": DAY, "certification.mortgage_files_released": DAY,
}  # fmt: skip
AMOUNTS = ("stated_principal_balance", "accrued_interest", "unreimbursed_advances")
AMOUNT = r"(0|[1-9][0-9]*)(\.[0-9]{1,2}0*)?"  # canonical, not negative, and not rounded by the cast
STRANGERS = """
select count(*) from line where "buyer.role" not in ('master_servicer', 'affiliate', 'third_party')
"""

# A flag is a status; of several readings together: what they agree on, disputed where one passes and one fails.
MACROS = """
create macro status(flag) as case when flag then 'pass' when not flag then 'fail' else 'unknown' end;
create macro combined(a, b) as if(a is not distinct from b, status(a), if(a != b, 'disputed', 'unknown'));
create macro combined3(a, b, c) as case
  when a is not distinct from b and b is not distinct from c then status(a)
  when (a or b or c) and not (a and b and c) then 'disputed' else 'unknown' end;
create macro known(day, until) as if(day <= until, day, null);
"""

INPUTS = """
create table batch as select b.*, coalesce(cast(? as date), date) as as_of,
  case when date >= date '2004-12-28' then 2 when date >= date '2004-11-24' then 1 else 0 end as version
from {batches} b;
create table line as
select row_number() over () as i, l.*, b.agreement, b.date, b.version from {lines} l join batch b using (batch);
"""

# One pass over the loans: each agreement's pool, and the loans that some line names.
SEEN = """
create table seen as
select l.agreement, count(*) as loans,
  coalesce(sum(stated_principal_balance) filter (in_pool), 0)::decimal(30, 2) as pool,
  count(*) filter (in_pool is null or (in_pool and stated_principal_balance is null)) as pool_unknown,
  list({{'loan': l.loan_id, 'balance': stated_principal_balance, 'due': next_due_date, 'interest': accrued_interest,
    'advances': unreimbursed_advances, 'defaulted': defaulted, 'foreclosed': foreclosed, 'in_pool': in_pool}})
    filter (w.loan is not null) as named
from {loans} l left join (select distinct agreement, loan from line) w
  on l.agreement = w.agreement and l.loan_id = w.loan
group by l.agreement;
"""

FACTS = """
create table fact as
with named as (select agreement, unnest(named, recursive := true) from seen)
select line.* exclude ("loan.accrued_interest"), n.loan is not null as is_on_tape, balance, due, advances, defaulted,
  foreclosed, in_pool, balance + coalesce(interest, "loan.accrued_interest") + advances as repurchase_price,
  count(*) over (partition by agreement, date, loan) as times
from line left join named n using (agreement, loan);
create table exercise as
with sums as (select agreement, date, coalesce(sum(balance), 0)::decimal(30, 2) * 100 as bought, count(*) as loans,
    count(*) - count(balance) as bought_unknown from fact where under = '3.13(g)' and version = 2 group by all),
  judged as (select s.*, case
    when bought_unknown = 0 and pool_unknown = 0 then bought <= pool
    when bought_unknown = 0 then if(bought <= pool, true, null)
    when pool_unknown = 0 then if(bought > pool, false, null) end as within
    from sums s left join seen using (agreement))
select agreement, date, combined3(within or loans <= 5, loans >= 5 and within, loans >= 5 and (within or loans = 5))
  as size from judged;
"""

# A rule is null where it is not asked: of another section, or without a version in force.
RULES = """
create table judged as
with role as (select f.*, "buyer.role" = 'master_servicer' as is_servicer, "buyer.role" = 'third_party' as is_third,
  "buyer.role" in ('third_party', 'affiliate') as is_other, date '2011-03-31' as tape,
  lower(regexp_replace(trim("buyer.name"), '\\s+', ' ', 'g')) = 'impac funding corporation' as is_named_servicer,
  under = '3.18' and version > 0 as d, under = '3.13(f)' and version = 2 as f, under = '3.13(g)' and version = 2 as g
  from fact f)
select i, batch, agreement, date, under, version,
  case when not is_on_tape then 'fail' else status(in_pool) end as "builtin/loan-in-pool",
  status(times = 1) as "builtin/listed-once",
  case when d or f or g then 'pass' when version = 1 and under in ('3.13(f)', '3.13(g)') then 'fail' else 'unknown' end
    as "builtin/in-force",
  case when version = 0 or is_named_servicer is null then 'unknown' when not is_named_servicer then 'pass'
    else status(is_servicer) end as "builtin/buyer-is-who-it-says",
  if(version > 0, combined(tape = date, tape <= date and date - tape <= 31), null) as "always/tape-of-the-date",
  if(d, combined3(date >= (due + interval 3 month)::date - 1, date >= (due + interval 3 month)::date,
    date >= due + 90), null)
    as "3.18/delinquent-90-days",
  if(d, status(not foreclosed), null) as "3.18/not-foreclosed",
  if(d, if(version = 1, status(is_servicer), combined(is_servicer or is_other, is_servicer or is_third)), null)
    as "3.18/buyer",
  if(d, status(price = repurchase_price), null) as "3.18/price",
  if(f, status(defaulted), null) as "3.13(f)/defaulted",
  if(f, status(not foreclosed), null) as "3.13(f)/alternative-to-foreclosure",
  if(f, combined(is_other, is_third), null) as "3.13(f)/third-party",
  if(f, status(price >= "fair_market_value.amount" and "fair_market_value.date" <= date
    and if("fair_market_value.source" is null, null, true)), null) as "3.13(f)/fair-market-value",
  if(f, status("present_value.sale" >= "present_value.foreclosure" and "present_value.sale" <= price), null)
    as "3.13(f)/maximizes-proceeds",
  if(f, status(if("determination.by" is null or "determination.document" is null, null, true)
    and "determination.date" <= date), null) as "3.13(f)/determination",
  if(g, status(is_servicer), null) as "3.13(g)/buyer",
  if(g, status(price = repurchase_price), null) as "3.13(g)/price",
  if(g, size, null) as "3.13(g)/size"
from role left join exercise using (agreement, date);
"""

OWED = """
create table owed as
with asked as (select *, case when "certification.sent_to_indenture_trustee" is not null
    and "certification.sent_to_custodian" is not null then known(greatest("certification.sent_to_indenture_trustee",
    "certification.sent_to_custodian"), as_of) end as sent from batch
  where version = 2 and batch in (select batch from line where under = '3.13(g)')),
  each as (
    select 'certify' as name, "certification.form" = 'Exhibit B' as required, sent as done, date as deadline, as_of
    from asked
    union all
    select 'deposits', "certification.deposits_stated", sent, date, as_of from asked
    union all
    select 'request-files', true, known("certification.mortgage_files_requested", as_of), date, as_of from asked
    union all
    select 'release-files', true, known("certification.mortgage_files_released", as_of), null, as_of from asked)
select '3.13(g)/' || name as rule, case when not required then 'defective'
  when required and done is not null and (deadline is null or done <= deadline) then 'met'
  when deadline < as_of then 'late' else 'due' end as status from each;
"""

COUNTS = """
with own as (unpivot (select * exclude (i, batch, agreement, date, under, version, "3.13(g)/size") from judged)
    on * into name rule value status),
  shared as (select distinct agreement, date, '3.13(g)/size' as rule, "3.13(g)/size" as status from judged
    where "3.13(g)/size" is not null)
select rule, status, count(*) from (from own union all select rule, status from shared) group by all
"""
DECISIONS = """
with found as (select [*columns(* exclude (i, batch, agreement, date, under, version))] as statuses from judged),
  decided as (select case when list_contains(statuses, 'fail') then 'refused'
    when list_contains(statuses, 'unknown') or list_contains(statuses, 'disputed') then 'undecided'
    else 'permitted' end as decision from found)
select decision, count(*) from decided group by all
"""

# How many loans are written as they must be, each id once: different hashes are different ids, so it is all or a fault.
CHECKED = "select count(*) from (select distinct hash(agreement, loan_id) from {loans} where {good})"


def source(folder: Path, name: str, columns: dict[str, str], format_: str) -> str:
    """Return what reads a table, every column with its type."""
    if format_ == "parquet":
        return f"read_parquet('{folder / name}.parquet')"
    typed = ", ".join(f"'{column}': '{kind}'" for column, kind in columns.items())
    options = "header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"', nullstr = ''"
    return f"read_csv('{folder / name}.csv', columns = {{{typed}}}, {options})"


def good(format_: str) -> str:
    """Return what holds of a row of the tape that is written as it must be; an unknown amount is."""
    ids = "agreement is not null and regexp_full_match(loan_id, '[0-9]+')"
    if format_ == "parquet":
        return " and ".join([ids, *(f"coalesce({name} >= 0, true)" for name in AMOUNTS)])
    cast = "try_cast({0} as decimal(18, 2))"
    amount = f"case when {cast}::text = {{0}} then {{0}}[1] != '-' when {{0}} is null then true"
    amount += (
        f" else {cast} is not null and regexp_full_match({{0}}, '{AMOUNT.replace('{', '{{').replace('}', '}}')}') end"
    )
    return " and ".join([ids, *(amount.format(name) for name in AMOUNTS)])


def judge(database: duckdb.DuckDBPyConnection, folder: Path, format_: str, as_of: str | None) -> dict[str, object]:
    """Return the counts of a book."""
    tables = {
        "loans": source(folder, "loans", LOANS, format_),
        "lines": source(folder, "lines", LINES, format_),
        "batches": source(folder, "batches", BATCHES, "csv"),
    }
    database.execute(MACROS)
    first, second = INPUTS.format(**tables).split(";", 1)
    database.execute(first, [as_of])
    for sql in (second, SEEN.format(**tables), FACTS, RULES, OWED):
        database.execute(sql)
    rules: dict[str, dict[str, int]] = {}
    for rule, status, number in database.execute(COUNTS).fetchall():
        rules.setdefault(rule, dict.fromkeys(("pass", "fail", "unknown", "disputed"), 0))[status] = number
    owed: dict[str, dict[str, int]] = {}
    for rule, status, number in database.execute("select rule, status, count(*) from owed group by all").fetchall():
        owed.setdefault(rule, dict.fromkeys(("met", "due", "late", "defective"), 0))[status] = number
    lines = dict.fromkeys(("permitted", "refused", "undecided"), 0)
    return {"rules": rules, "lines": {**lines, **dict(database.execute(DECISIONS).fetchall())}, "obligations": owed}


def check(database: duckdb.DuckDBPyConnection, folder: Path, format_: str) -> None:
    """Stop unless the tape and the lines are written as they must be; the tape was read into `seen`, the lines too."""
    texts = source(folder, "loans", dict.fromkeys(LOANS, TEXT), format_)
    (found,) = database.execute(CHECKED.format(loans=texts, good=good(format_))).fetchone() or (0,)
    (loans,) = database.execute("select sum(loans) from seen").fetchone() or (0,)
    (strangers,) = database.execute(STRANGERS).fetchone() or (0,)
    if found != loans or strangers:
        sys.exit(f"{loans - found} loans are not as they must be, and {strangers} roles")


def main() -> None:
    """Judge the book and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--format", choices=("parquet", "csv"), default="parquet")
    parser.add_argument("--memory")
    parser.add_argument("--as-of")
    parser.add_argument("--checked", action="store_true")
    asked = parser.parse_args()
    database = duckdb.connect(config={"memory_limit": asked.memory} if asked.memory else {})
    database.execute("set preserve_insertion_order = false")
    # A CSV file has no row count: without this the ten million loans become the side that is held in memory.
    database.execute("set disabled_optimizers = 'build_side_probe_side'")
    counts = judge(database, asked.folder, asked.format, asked.as_of)
    if asked.checked:
        check(database, asked.folder, asked.format)
    print(json.dumps(counts, indent=1, sort_keys=True))


if __name__ == "__main__":
    main()
