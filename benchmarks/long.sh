#!/usr/bin/env bash
# Every long table of benchmarks/README.md, a line each: hours in all. Rows and tables go to results/, and a
# second start goes on where the first was stopped. Peers that are not installed end their table with an error.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
python=${PYTHON:-python}
mkdir -p results

table() {  # NAME SUITE OPTION...
    local name=$1
    shift
    "$python" -m routeopt bench "$@" --csv "results/$name.csv" --resume --markdown >"results/$name.md" ||
        echo "$name: not complete" >&2
}

peers=pyvrp,hgs-cvrp,vroom,ortools
six=X-n101-k25,X-n153-k22,X-n200-k36,X-n256-k16,X-n303-k21,X-n502-k39
tours=auto,auto@2
"$python" -c "import elkai" 2>/dev/null && tours+=,lkh

table x12-10s x12 --solvers "auto,auto@2,$peers" --seconds 10 --seeds 3
table x12-60s x12 --solvers auto,auto@2,pyvrp,hgs-cvrp --seconds 60
table x24-10s x24 --solvers "auto,auto@2,$peers" --seconds 10
table x-long x --only "$six" --solvers auto,auto@2,hgs-cvrp,pyvrp --seconds 2.4n
table uniform-10s uniform --solvers "auto/1,auto@2/1,auto,auto@2,$peers" --seconds 10
table xxl-120s xxl --only Leuven1,Antwerp1,Ghent1 --solvers auto,auto@2 --seconds 120
table solomon-10s solomon --solvers auto,auto@2,pyvrp,vroom,ortools --seconds 10
table gh10-60s gh10 --solvers auto,auto@2,pyvrp --seconds 60
table tsp-10s tsp --solvers "$tours" --seconds 10
