"""The benchmark's book judged by one PySpark program, as an engineer who knows this data would write it.

    python tests/bench/book_peers/spark_by_hand.py FOLDER [--master local[2]] [--memory 4g] [--trusting]

Prints how many lines each rule passes, fails, leaves unknown or disputed (`3.13(g)/size`: how many exercises), and how
many lines are permitted, refused and undecided. The rules are those of the policies that ship, written out, with the
settings that make Spark exact; nothing is explained. It refuses first what a checker must refuse: a loan id twice in an
agreement or of other than digits, an amount below zero, a role that nobody knows; `--trusting` leaves that out.
"""

import argparse
import json
import sys
from pathlib import Path

from pyspark.sql import SparkSession

BATCH = """batch STRING, agreement STRING, date DATE, `certification.form` STRING, `certification.officer` STRING,
  `certification.officer_title` STRING, `certification.deposits_stated` BOOLEAN,
  `certification.sent_to_indenture_trustee` DATE, `certification.sent_to_custodian` DATE,
  `certification.mortgage_files_requested` DATE, `certification.mortgage_files_released` DATE"""
SETTINGS = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "4",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}

LINE = """
select l.*, b.agreement, b.date, case when b.date >= date '2004-12-28' then 2 when b.date >= date '2004-11-24' then 1
  else 0 end as version from lines l join batch b using (batch)
"""
POOL = """
select agreement, count(*) as loans, coalesce(sum(case when in_pool then stated_principal_balance end), 0) as pool,
  count(case when in_pool is null or (in_pool and stated_principal_balance is null) then 1 end) as pool_unknown,
  count(case when stated_principal_balance < 0 or accrued_interest < 0 or unreimbursed_advances < 0 then 1 end) as wrong
from loans group by agreement
"""
NAMED = """
select /*+ broadcast(w) */ l.agreement, l.loan_id as loan, stated_principal_balance as balance, next_due_date as due,
  accrued_interest as interest, unreimbursed_advances as advances, defaulted, foreclosed, in_pool
from loans l join (select distinct agreement, loan from line) w on l.agreement = w.agreement and l.loan_id = w.loan
"""
FACT = """
select line.*, n.loan is not null as is_on_tape, due, balance, defaulted, foreclosed, in_pool,
  balance + coalesce(interest, `loan.accrued_interest`) + advances as repurchase_price,
  count(*) over (partition by line.agreement, date, line.loan) as times
from line left join named n on n.agreement = line.agreement and n.loan = line.loan
"""
EXERCISE = """
with sums as (select agreement, date, coalesce(sum(balance), 0) * 100 as bought, count(*) as loans,
    count(*) - count(balance) as bought_unknown
    from fact where under = '3.13(g)' and version = 2 group by agreement, date),
  judged as (select s.*, case
    when bought_unknown = 0 and pool_unknown = 0 then bought <= pool
    when bought_unknown = 0 then case when bought <= pool then true end
    when pool_unknown = 0 then case when bought > pool then false end end as within
    from sums s left join pools using (agreement)),
  read as (select agreement, date, within or loans <= 5 as a, loans >= 5 and within as b,
    loans >= 5 and (within or loans = 5) as c from judged)
select agreement, date, {size} as size from read
"""


def status(flag: str) -> str:
    """Return a flag as a status."""
    return f"case when {flag} then 'pass' when not ({flag}) then 'fail' else 'unknown' end"


def combined(*flags: str) -> str:
    """Return the status of several readings: what they agree on, disputed where one passes and one fails."""
    every, one = (f"({word.join(f'({flag})' for flag in flags)})" for word in (" and ", " or "))
    disputed = f"when {one} and not {every} then 'disputed'"
    return f"case when {every} then 'pass' when not {one} then 'fail' {disputed} else 'unknown' end"


def asked(section: str, found: str) -> str:
    """Return a status where a line is under a section, else nothing."""
    return f"case when {section} then {found} end"


SERVICER, OTHER, THIRD = (
    "`buyer.role` = 'master_servicer'",
    "`buyer.role` in ('third_party', 'affiliate')",
    "`buyer.role` = 'third_party'",
)
NAME = "lower(regexp_replace(trim(`buyer.name`), '[ ]+', ' ')) = 'impac funding corporation'"
D, F, G = (
    "(under = '3.18' and version > 0)",
    "(under = '3.13(f)' and version = 2)",
    "(under = '3.13(g)' and version = 2)",
)
DAY = "date '2011-03-31'"
DETERMINED = "case when `determination.by` is not null and `determination.document` is not null then true end"
RULES = {
    "builtin/loan-in-pool": f"case when not is_on_tape then 'fail' else {status('in_pool')} end",
    "builtin/listed-once": status("times = 1"),
    "builtin/in-force": f"case when {D} or {F} or {G} then 'pass' when version = 1 and under in ('3.13(f)', '3.13(g)')"
    " then 'fail' else 'unknown' end",
    "builtin/buyer-is-who-it-says": f"case when version = 0 or ({NAME}) is null then 'unknown'"
    f" when not {NAME} then 'pass' else {status(SERVICER)} end",
    "always/tape-of-the-date": asked(
        "version > 0", combined(f"{DAY} = date", f"{DAY} <= date and datediff(date, {DAY}) <= 31")
    ),
    "3.18/delinquent-90-days": asked(
        D,
        combined("date >= date_add(add_months(due, 3), -1)", "date >= add_months(due, 3)", "date >= date_add(due, 90)"),
    ),
    "3.18/not-foreclosed": asked(D, status("not foreclosed")),
    "3.18/buyer": asked(
        D,
        f"case when version = 1 then {status(SERVICER)}"
        f" else {combined(f'{SERVICER} or {OTHER}', f'{SERVICER} or {THIRD}')} end",
    ),
    "3.18/price": asked(D, status("price = repurchase_price")),
    "3.13(f)/defaulted": asked(F, status("defaulted")),
    "3.13(f)/alternative-to-foreclosure": asked(F, status("not foreclosed")),
    "3.13(f)/third-party": asked(F, combined(OTHER, THIRD)),
    "3.13(f)/fair-market-value": asked(
        F,
        status(
            "price >= `fair_market_value.amount` and `fair_market_value.date` <= date"
            " and case when `fair_market_value.source` is not null then true end"
        ),
    ),
    "3.13(f)/maximizes-proceeds": asked(
        F, status("`present_value.sale` >= `present_value.foreclosure` and `present_value.sale` <= price")
    ),
    "3.13(f)/determination": asked(F, status(f"{DETERMINED} and `determination.date` <= date")),
    "3.13(g)/buyer": asked(G, status(SERVICER)),
    "3.13(g)/price": asked(G, status("price = repurchase_price")),
    "3.13(g)/size": asked(G, "size"),
}
STATUSES = ("pass", "fail", "unknown", "disputed")
# As many different hashes as loans with an id of digits: each stands once.
DIFFERENT = (
    "select count(*) from (select distinct xxhash64(agreement, loan_id) from loans where loan_id rlike '^[0-9]+$')"
)
ROLES = "select count(*) from line where `buyer.role` not in ('master_servicer', 'affiliate', 'third_party')"


def judge(spark: SparkSession, folder: Path, *, trusting: bool) -> dict[str, object]:
    """Return the counts of a book."""
    spark.read.parquet(str(folder / "loans.parquet")).createOrReplaceTempView("loans")
    spark.read.parquet(str(folder / "lines.parquet")).createOrReplaceTempView("lines")
    batches = spark.read.options(header=True, mode="FAILFAST").schema(BATCH).csv(str(folder / "batches.csv"))
    batches.createOrReplaceTempView("batch")
    spark.sql(LINE).cache().createOrReplaceTempView("line")
    spark.sql(POOL).cache().createOrReplaceTempView("pools")
    if not trusting:
        check(spark)
    spark.sql(NAMED).createOrReplaceTempView("named")
    spark.sql(FACT).cache().createOrReplaceTempView("fact")
    size = combined("a", "b", "c")
    spark.sql(EXERCISE.format(size=size)).cache().createOrReplaceTempView("exercise")
    columns = ", ".join(f"{text} as `{name}`" for name, text in RULES.items())
    judged = spark.sql(f"select {columns} from fact left join exercise using (agreement, date)")
    judged.cache().createOrReplaceTempView("judged")
    return counts(spark)


def check(spark: SparkSession) -> None:
    """Stop unless the tape and the lines are written as they must be."""
    ((loans, wrong),) = spark.sql("select sum(loans), sum(wrong) from pools").collect()
    ((different,),) = spark.sql(DIFFERENT).collect()
    ((strangers,),) = spark.sql(ROLES).collect()
    if loans != different or wrong or strangers:
        sys.exit(f"{loans - different} loans are not as they must be, {wrong} amounts and {strangers} roles")


def counts(spark: SparkSession) -> dict[str, object]:
    """Return how many lines each rule gives each status, and the decisions."""
    each = ", ".join(f"count(case when `{name}` = '{one}' then 1 end)" for name in RULES for one in STATUSES)
    failed, open_ = (
        " or ".join(f"`{name}` {text}" for name in RULES) for text in ("= 'fail'", "in ('unknown', 'disputed')")
    )
    decision = f"case when {failed} then 'refused' when {open_} then 'undecided' else 'permitted' end"
    (row,) = spark.sql(f"select {each} from judged").collect()
    n = len(STATUSES)
    rules = {name: dict(zip(STATUSES, row[at * n : at * n + n], strict=True)) for at, name in enumerate(RULES)}
    sizes = dict(map(tuple, spark.sql("select size, count(*) from exercise group by size").collect()))
    rules["3.13(g)/size"] = {one: sizes.get(one, 0) for one in STATUSES}
    lines = dict.fromkeys(("permitted", "refused", "undecided"), 0)
    lines |= dict(map(tuple, spark.sql(f"select {decision}, count(*) from judged group by 1").collect()))
    return {"rules": rules, "lines": lines}


def main() -> None:
    """Judge the book and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--memory", default="4g")
    parser.add_argument("--trusting", action="store_true")
    told = parser.parse_args()
    builder = SparkSession.builder.master(told.master).config("spark.driver.memory", told.memory)
    for name, setting in SETTINGS.items():
        builder = builder.config(name, setting)
    spark = builder.getOrCreate()
    try:
        print(json.dumps(judge(spark, told.folder, trusting=told.trusting), indent=1, sort_keys=True))
    finally:
        spark.stop()


if __name__ == "__main__":
    main()
