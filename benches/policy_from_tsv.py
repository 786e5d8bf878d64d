#!/usr/bin/env python3
"""Turn a table `pattern, domain, imported_by` into a policy folder for `laneway route --policy`.

    policy_from_tsv.py OWNERSHIP.tsv OUT

Each line becomes a package row; each domain gets a lane with one local gate, so that the gates of a route are the
domains that are changed or rebuilt.
"""
import csv
import os
import sys

source, out = sys.argv[1:]
os.makedirs(os.path.join(out, "ownership-maps"), exist_ok=True)
os.makedirs(os.path.join(out, "lanes"), exist_ok=True)
domains = set()
with open(source, encoding="utf-8") as f, \
        open(os.path.join(out, "ownership-maps/package-ownership.md"), "w", encoding="utf-8") as m:
    m.write("| Package | Domain | Consumers | Imported by |\n| --- | --- | --- | --- |\n")
    for row in csv.DictReader(f, delimiter="\t"):
        importers = ", ".join(filter(None, row["imported_by"].split(","))) or "-"
        m.write(f"| `{row['pattern']}` | {row['domain']} | - | {importers} |\n")
        domains.add(row["domain"])
for domain in sorted(domains):
    with open(os.path.join(out, f"lanes/{domain}.yaml"), "w", encoding="utf-8") as f:
        f.write(f"domain_lane:\n  domain_id: {domain}\n  domain_local_gates:\n    - npm run test-{domain}\n")
