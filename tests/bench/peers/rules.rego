# The rules on one batch, for OPA's own engine and for regorus. A fact that is missing is not there, so that a rule that needs it
# says nothing of the line: unknown. Written for speed: each rule is one comprehension over the lines that it bears on, which
# both engines run faster than a rule for each line; amounts are whole cents, days whole numbers, and the host hands the
# lines by section, joined with their loans, and the balance of the pool.
package rules

import rego.v1

delinquent_lines := object.get(input.lines, "3.18", {})

optional_lines := object.get(input.lines, "3.13(g)", {})

default that_day := false

that_day if input.as_of == input.day

default latest_report := false

latest_report if {
	input.as_of <= input.day
	input.day - input.as_of <= 31
}

loan_in_pool := {i: line.in_pool | some i, line in input.lines[_]}

listed_once := {i: once |
	some i, line in input.lines[_]
	once := line.often == 1
}

# A section that stands in no version in hand is unknown; every version in hand has what an earlier one had.
in_force := {i: true |
	some section in input.in_force
	some i, _ in input.lines[section]
}

listed := {i: right |
	some i, line in input.lines[_]
	line.name in input.servicer
	role := line.role
	right := role == "master_servicer"
}

stranger := {i: true |
	some i, line in input.lines[_]
	name := line.name
	not name in input.servicer
}

delinquent_90_days := {i: readings |
	some i, line in delinquent_lines
	due := line.due_month + 300
	day := line.due_day
	readings := {
		"mba": input.tomorrow >= due,
		"ots": input.today >= due,
		"calendar": input.day >= day + 90,
	}
}

not_foreclosed := {i: stands |
	some i, line in delinquent_lines
	foreclosed := line.foreclosed
	stands := foreclosed == false
}

either_buyer := {i: readings |
	some i, line in delinquent_lines
	role := line.role
	readings := {
		"affiliate-counts": role in ["master_servicer", "third_party", "affiliate"],
		"affiliate-does-not": role in ["master_servicer", "third_party"],
	}
}

delinquent_price := {i: same |
	some i, line in delinquent_lines
	asked := (line.stated_principal_balance + line.accrued_interest) + line.unreimbursed_advances
	same := line.price == asked
}

optional_buyer := {i: right |
	some i, line in optional_lines
	role := line.role
	right := role == "master_servicer"
}

optional_price := {i: same |
	some i, line in optional_lines
	asked := (line.stated_principal_balance + line.accrued_interest) + line.unreimbursed_advances
	same := line.price == asked
}

number := count(optional_lines)

default within := false

within if sum([line.stated_principal_balance | some line in optional_lines]) * 100 <= input.pool

default floor := false

floor if within

floor if number <= 5

default minimum := false

minimum if {
	number >= 5
	within
}

default floor_and_minimum := false

floor_and_minimum if minimum

floor_and_minimum if number == 5

findings := {
	"always/tape-of-the-date": {"that-day": that_day, "latest-report": latest_report},
	"builtin/loan-in-pool": loan_in_pool,
	"builtin/listed-once": listed_once,
	"builtin/in-force": in_force,
	"builtin/buyer-is-who-it-says": object.union(stranger, listed),
	"3.18/delinquent-90-days": delinquent_90_days,
	"3.18/not-foreclosed": not_foreclosed,
	"3.18/buyer": either_buyer,
	"3.18/price": delinquent_price,
	"3.13(g)/buyer": optional_buyer,
	"3.13(g)/size": {"floor": floor, "minimum": minimum, "floor-and-minimum": floor_and_minimum},
	"3.13(g)/price": optional_price,
}
