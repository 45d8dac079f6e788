"""The benchmark's book judged by one Polars script, as an engineer who knows this data would write it.

    python tests/bench/book_peers/polars_by_hand.py FOLDER [--format parquet|csv] [--as-of DATE]

Prints the same counts as `duckdb_by_hand.py`. The loans are read once, lazily and streaming. Amounts are Polars'
Decimal(18, 2): its sums are Decimal(38, 2) and exact, and what is compared is amounts and whole multiples of them.
"""

import argparse
import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import polars as pl

MONEY, DAY, FLAG, TEXT = pl.Decimal(18, 2), pl.Date, pl.Boolean, pl.String
SUM = pl.Decimal(38, 2)
TYPES = {
    "stated_principal_balance": MONEY, "accrued_interest": MONEY, "unreimbursed_advances": MONEY, "price": MONEY,
    "fair_market_value.amount": MONEY, "present_value.sale": MONEY, "present_value.foreclosure": MONEY,
    "loan.accrued_interest": MONEY, "next_due_date": DAY, "date": DAY, "fair_market_value.date": DAY,
    "determination.date": DAY, "certification.sent_to_indenture_trustee": DAY, "certification.sent_to_custodian": DAY,
    "certification.mortgage_files_requested": DAY, "certification.mortgage_files_released": DAY, "defaulted": FLAG,
    "foreclosed": FLAG, "in_pool": FLAG, "certification.deposits_stated": FLAG,
}  # fmt: skip
TAPE = date(2011, 3, 31)
BALANCE = pl.col("stated_principal_balance")


def table(folder: Path, name: str, format_: str) -> pl.LazyFrame:
    """Return a table, read when it is asked for, every column with its type."""
    if format_ == "parquet":
        return pl.scan_parquet(folder / f"{name}.parquet")
    file = folder / f"{name}.csv"
    with file.open() as lines:
        names = lines.readline().strip().split(",")
    return pl.scan_csv(file, schema={column: TYPES.get(column, TEXT) for column in names})


def status(flag: pl.Expr) -> pl.Expr:
    """A flag as a status."""
    return pl.when(flag).then(pl.lit("pass")).when(~flag).then(pl.lit("fail")).otherwise(pl.lit("unknown"))


def combined(*flags: pl.Expr) -> pl.Expr:
    """Several readings: what they agree on, disputed where one passes and one fails, else unknown."""
    some, none = pl.any_horizontal(*flags), pl.any_horizontal(*(~flag for flag in flags))
    passes, fails = some.fill_null(value=False), none.fill_null(value=False)
    every = pl.all_horizontal(*flags).fill_null(value=False)
    all_fail = pl.all_horizontal(*(~flag for flag in flags)).fill_null(value=False)
    return (
        pl.when(every)
        .then(pl.lit("pass"))
        .when(all_fail)
        .then(pl.lit("fail"))
        .when(passes & fails)
        .then(pl.lit("disputed"))
        .otherwise(pl.lit("unknown"))
    )


def given(*names: str) -> pl.Expr:
    """True where all are known, else unknown."""
    return pl.when(pl.all_horizontal(*(pl.col(name).is_not_null() for name in names))).then(pl.lit(value=True))


def read(folder: Path, format_: str, as_of: date | None) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return the batches, each line with the facts of its loan, and the pool of each agreement."""
    day = pl.col("date")
    version = pl.when(day >= date(2004, 12, 28)).then(2).when(day >= date(2004, 11, 24)).then(1).otherwise(0)
    looked = pl.lit(as_of) if as_of else day
    batches = table(folder, "batches", "csv").with_columns(version.alias("version"), looked.alias("as_of")).collect()
    own = batches.select("batch", "agreement", "date", "version")
    lines = table(folder, "lines", format_).collect().join(own, on="batch")
    loans = table(folder, "loans", format_)
    named = loans.join(
        lines.lazy().select("agreement", loan_id="loan"), on=["agreement", "loan_id"], how="semi", maintain_order="none"
    )
    unknown = pl.col("in_pool").is_null() | (pl.col("in_pool") & BALANCE.is_null())
    pools = loans.group_by("agreement").agg(
        BALANCE.filter(pl.col("in_pool")).cast(SUM).sum().alias("pool"), unknown.sum().alias("pool_unknown")
    )
    facts, pool = pl.collect_all([named, pools], engine="streaming")
    facts = facts.with_columns(pl.lit(value=True).alias("is_on_tape"))
    return (
        batches,
        lines.join(facts, left_on=["agreement", "loan"], right_on=["agreement", "loan_id"], how="left"),
        pool,
    )


def sizes(facts: pl.DataFrame, pool: pl.DataFrame) -> pl.DataFrame:
    """Return what 3.13(g)/size is of each exercise: what is unknown makes a sum a bound, and may not matter."""
    bought, most, loans = pl.col("bought") * 100, pl.col("pool"), pl.col("loans")
    bought_known, pool_known = pl.col("bought_unknown") == 0, pl.col("pool_unknown") == 0
    fits = bought <= most
    within = (
        pl.when(bought_known & pool_known)
        .then(fits)
        .when(bought_known & fits)
        .then(pl.lit(value=True))
        .when(pool_known & ~fits)
        .then(pl.lit(value=False))
    )
    floor, minimum = within | (loans <= 5), (loans >= 5) & within
    both = (loans >= 5) & (within | (loans == 5))
    exercise = facts.filter((pl.col("under") == "3.13(g)") & (pl.col("version") == 2)).group_by("agreement", "date")
    sums = exercise.agg(
        BALANCE.cast(SUM).sum().alias("bought"),
        BALANCE.is_null().sum().alias("bought_unknown"),
        pl.len().alias("loans"),
    )
    joined = sums.join(pool, on="agreement", how="left")
    return joined.select("agreement", "date", combined(floor, minimum, both).alias("3.13(g)/size"))


def rules() -> dict[str, pl.Expr]:
    """Return what each rule says of a line; null where it is not asked."""
    day, version, under, price = pl.col("date"), pl.col("version"), pl.col("under"), pl.col("price")
    d = (under == "3.18") & (version > 0)
    f, g = (under == "3.13(f)") & (version == 2), (under == "3.13(g)") & (version == 2)
    role = pl.col("buyer.role")
    servicer, third, other = role == "master_servicer", role == "third_party", role.is_in(["third_party", "affiliate"])
    name = pl.col("buyer.name").str.to_lowercase().str.strip_chars().str.replace_all(r"\s+", " ")
    is_listed = name == "impac funding corporation"
    due, age = pl.col("next_due_date"), (day - pl.lit(TAPE)).dt.total_days()
    third_due = due.dt.offset_by("3mo")
    interest = pl.coalesce("accrued_interest", "loan.accrued_interest")
    repurchase = status(price == BALANCE + interest + pl.col("unreimbursed_advances"))
    value, sale = pl.col("fair_market_value.amount"), pl.col("present_value.sale")
    buyer = pl.when(version == 1).then(status(servicer)).otherwise(combined(servicer | other, servicer | third))
    stands = (
        pl.when(d | f | g)
        .then(pl.lit("pass"))
        .when((version == 1) & under.is_in(["3.13(f)", "3.13(g)"]))
        .then(pl.lit("fail"))
    )
    counterparty = pl.when((version == 0) | is_listed.is_null()).then(pl.lit("unknown")).when(~is_listed)
    return {
        "builtin/loan-in-pool": pl.when(~pl.col("is_on_tape").fill_null(value=False))
        .then(pl.lit("fail"))
        .otherwise(status(pl.col("in_pool"))),
        "builtin/listed-once": status(pl.len().over("agreement", "date", "loan") == 1),
        "builtin/in-force": stands.otherwise(pl.lit("unknown")),
        "builtin/buyer-is-who-it-says": counterparty.then(pl.lit("pass")).otherwise(status(servicer)),
        "always/tape-of-the-date": pl.when(version > 0).then(combined(age == 0, (age >= 0) & (age <= 31))),
        "3.18/delinquent-90-days": pl.when(d).then(
            combined(day >= third_due.dt.offset_by("-1d"), day >= third_due, day >= due.dt.offset_by("90d"))
        ),
        "3.18/not-foreclosed": pl.when(d).then(status(~pl.col("foreclosed"))),
        "3.18/buyer": pl.when(d).then(buyer),
        "3.18/price": pl.when(d).then(repurchase),
        "3.13(f)/defaulted": pl.when(f).then(status(pl.col("defaulted"))),
        "3.13(f)/alternative-to-foreclosure": pl.when(f).then(status(~pl.col("foreclosed"))),
        "3.13(f)/third-party": pl.when(f).then(combined(other, third)),
        "3.13(f)/fair-market-value": pl.when(f).then(
            status((price >= value) & (pl.col("fair_market_value.date") <= day) & given("fair_market_value.source"))
        ),
        "3.13(f)/maximizes-proceeds": pl.when(f).then(
            status((sale >= pl.col("present_value.foreclosure")) & (sale <= price))
        ),
        "3.13(f)/determination": pl.when(f).then(
            status(given("determination.by", "determination.document") & (pl.col("determination.date") <= day))
        ),
        "3.13(g)/buyer": pl.when(g).then(status(servicer)),
        "3.13(g)/price": pl.when(g).then(repurchase),
        "3.13(g)/size": pl.when(g).then(pl.col("3.13(g)/size")),
    }


def owed(batches: pl.DataFrame, facts: pl.DataFrame) -> dict[str, dict[str, int]]:
    """Return how the obligations of 3.13(g) stand, batch by batch."""
    day, as_of = pl.col("date"), pl.col("as_of")
    trustee, custodian = pl.col("certification.sent_to_indenture_trustee"), pl.col("certification.sent_to_custodian")
    sent = pl.when(trustee.is_not_null() & custodian.is_not_null()).then(pl.max_horizontal(trustee, custodian))
    right, never = pl.lit(value=True), pl.lit(None, dtype=pl.Date)
    terms = {
        "certify": (pl.col("certification.form") == "Exhibit B", sent, day),
        "deposits": (pl.col("certification.deposits_stated"), sent, day),
        "request-files": (right, pl.col("certification.mortgage_files_requested"), day),
        "release-files": (right, pl.col("certification.mortgage_files_released"), never),
    }
    bought = facts.filter(pl.col("under") == "3.13(g)").select("batch")
    own = batches.filter(pl.col("version") == 2).join(bought, on="batch", how="semi")
    found = {}
    for name, (required, done_on, deadline) in terms.items():
        done = pl.when(done_on <= as_of).then(done_on)
        met = required & done.is_not_null() & (deadline.is_null() | (done <= deadline))
        state = pl.when(~required).then(pl.lit("defective")).when(met).then(pl.lit("met"))
        state = state.when(deadline < as_of).then(pl.lit("late")).otherwise(pl.lit("due"))
        statuses = own.select(state.alias("s")).to_series()
        found[f"3.13(g)/{name}"] = counted(statuses, ("met", "due", "late", "defective"))
    return found


def counted(found: pl.Series, statuses: Iterable[str]) -> dict[str, int]:
    """Return how often each status is found."""
    numbers = dict(found.drop_nulls().value_counts().iter_rows())
    return {one: numbers.get(one, 0) for one in statuses}


def judge(folder: Path, format_: str, as_of: date | None) -> dict[str, object]:
    """Return the counts of a book."""
    batches, facts, pool = read(folder, format_, as_of)
    facts = facts.join(sizes(facts, pool), on=["agreement", "date"], how="left")
    asked = rules()
    judged = facts.select("batch", "agreement", "date", *(rule.alias(name) for name, rule in asked.items()))
    size = judged.drop_nulls("3.13(g)/size").unique(["agreement", "date"])
    verdicts = ("pass", "fail", "unknown", "disputed")
    found = {name: counted((size if name == "3.13(g)/size" else judged)[name], verdicts) for name in asked}

    def any_is(one: str) -> pl.Expr:
        return pl.any_horizontal(*(pl.col(name).eq_missing(pl.lit(one)) for name in asked))

    decision = pl.when(any_is("fail")).then(pl.lit("refused")).when(any_is("unknown") | any_is("disputed"))
    decided = judged.select(decision.then(pl.lit("undecided")).otherwise(pl.lit("permitted")).alias("d")).to_series()
    lines = counted(decided, ("permitted", "refused", "undecided"))
    return {"rules": found, "lines": lines, "obligations": owed(batches, facts)}


def main() -> None:
    """Judge the book and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--format", choices=("parquet", "csv"), default="parquet")
    parser.add_argument("--as-of", type=date.fromisoformat)
    asked = parser.parse_args()
    print(json.dumps(judge(asked.folder, asked.format, asked.as_of), indent=1, sort_keys=True))


if __name__ == "__main__":
    main()
