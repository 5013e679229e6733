"""Makes benchmarks.tsv and co2_factors.tsv from the reference data.

    python3 make.py FOLDER-OF-THE-REFERENCE-DATA

Tab-separated, because a crate that does nothing but compute needs no reader of quoted texts. The
values are as they stand there, and so are the texts that say where they come from.
"""

import csv
import pathlib
import sys

BENCHMARKS = {
    "benchmark_id": "id",
    "country": "country",
    "kind": "kind",
    "source_category": "category",
    "electricity_kwh_per_m2a": "electricity",
    "heat_kwh_per_m2a": "heat",
    "total_site_kwh_per_m2a": "total",
    "statistic": "statistic",
    "area_basis": "area",
    "year": "year",
    "source": "source",
    "note": "note",
}
FACTORS = {
    "region": "region",
    "carrier": "carrier",
    "factor_kg_per_kwh": "kg_per_kwh",
    "gas": "gas",
    "cv_basis": "basis",
    "boundary": "boundary",
    "year": "year",
    "status": "status",
    "licence": "licence",
    "source": "source",
}


def make(source, target, columns):
    with open(source, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with open(target, "w", encoding="utf-8", newline="\n") as file:
        print(*columns.values(), sep="\t", file=file)
        for row in rows:
            print(*(" ".join(row[name].split()) for name in columns), sep="\t", file=file)


here = pathlib.Path(__file__).parent
reference = pathlib.Path(sys.argv[1])
make(reference / "benchmarks.csv", here / "benchmarks.tsv", BENCHMARKS)
make(reference / "co2_factors.csv", here / "co2_factors.tsv", FACTORS)
