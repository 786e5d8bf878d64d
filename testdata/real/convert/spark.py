#!/usr/bin/env python3
"""Writes ../spark from the facts about Apache Spark: 62 modules and 16 documented cases.

    python3 spark.py FACTS_FOLDER
"""

import json
import pathlib
import sys

from common import Gate, Lane, Row, write_policy

# What `python/(?!pyspark/(graphframes|ml|mllib|sql|streaming|pandas|resource|testing))` leaves out.
NOT_CORE = ("graphframes", "ml", "mllib", "sql", "streaming", "pandas", "resource", "testing")
# The one regex that means a file name in any folder.
POM = ".*pom.xml"
# The only regexes without `/` at the end that mean files and not a folder.
FILES = {"bin/spark-sql": "bin/spark-sql*"}


def facts(folder):
    modules, ignored = {}, []
    lines = (pathlib.Path(folder) / "spark.modules.tsv").read_text().splitlines()[1:]
    for name, depends_on, regexes in (line.split("\t") for line in lines):
        if name == "(ignored)":
            ignored = regexes.split()
        else:
            modules[name] = (depends_on.split(), regexes.split())
    lines = (pathlib.Path(folder) / "spark.doctests.jsonl").read_text().splitlines()
    return modules, ignored, [json.loads(line) for line in lines]


def pattern(regex):
    """Turns a regex that is matched at the start of a path into the folder or the file that it means."""
    if regex == POM:
        return "**/pom.xml"
    if regex in FILES:
        return FILES[regex]
    is_file = regex.rsplit("/", 1)[-1].endswith((".sh", ".py"))
    return regex if is_file else regex.rstrip("/") + "/**"


def policy(modules, ignored):
    wanted = {name: [pattern(regex) for regex in regexes if "(?!" not in regex] for name, (_, regexes) in modules.items()}
    python = sorted({path for paths in wanted.values() for path in paths if path.startswith("python/")} | {"python/**"})
    left_out = tuple(f"python/pyspark/{name}/" for name in NOT_CORE)
    wanted["pyspark-core"] = [path for path in python if not path.startswith(left_out)]
    everything = sorted({path for paths in wanted.values() for path in paths})
    importers = {name: [] for name in modules}
    for name, (depends_on, _) in modules.items():
        for imported in depends_on:
            importers[imported].append(name)
    # In Spark every regex that matches counts; here the most specific row owns. So a module's row repeats each folder
    # inside its own folders that another module's row names: the two tie there, and own jointly.
    nested = {
        name: sorted(
            {path for path in paths}
            | {inner for path in paths for inner in everything if path.endswith("/**") and inner.startswith(path[:-2])}
            if name != "pyspark-core"
            else paths
        )
        for name, paths in wanted.items()
    }
    anywhere = [path for path in ignored if "/" not in path]
    taken = "**/{" + ",".join([*anywhere, "pom.xml"]) + "}"
    rows, lanes = [], []
    for name, paths in nested.items():
        if name == "root":
            continue
        excluded = [] if name == "build" else [taken]
        rows.append(Row(paths, [name], excluded, importers[name]))
    rows.append(Row(["**"], ["root"], [], []))
    exempt = [f"**/{path}" if "/" not in path else path.lstrip("/") for path in ignored]
    exempt = [path + "**" if path.endswith("/") else path for path in exempt]
    ignored_rows = [Row([path], ["root"], cls="exempt") for path in exempt]
    for name in modules:
        gate = f"test-{name}"
        if name == "docs":
            lanes.append(Lane(name, "docs"))
        elif name == "root":
            others = [f"test-{other}" for other in modules if other != "root"]
            lanes.append(Lane(name, "platform_service", [(gate, "The tests of everything")], needs={gate: others}))
        else:
            lanes.append(Lane(name, "platform_service", [(gate, f"The tests of {name}")]))
    docs = Gate("test-docs", "The documentation builds", nested["docs"] + ["!**/{" + ",".join(anywhere) + "}"])
    maps = {
        "modules.md": (
            "Modules",
            "One row a module. A module that lies inside another's folder is named by both rows, which then own it jointly.\n"
            "`root` is everything: what no module owns is its.",
            rows,
        ),
        "ignored.md": ("Ignored files", "Files that need no test.", ignored_rows),
    }
    return maps, lanes, {"catalogue.yaml": ("A lane of documentation has no gates of its own: they run by path.", [docs])}


def write_cases(folder, modules, cases):
    """Writes the documented cases. One that names modules gets a file of each: the first folder of its row."""
    stand_in = {name: pattern(regexes[0]).removesuffix("**") + "x" for name, (_, regexes) in modules.items() if regexes}
    stand_in |= {"build": "pom.xml", "root": "file_not_matched_by_any_subproject"}
    lines = ["# The 16 documented cases of Apache Spark's module map. A case about modules changes one file of each."]
    lines.append("kind\tmodules\tfiles\texpected")
    for case in cases:
        about_modules = case["kind"].startswith("modules")
        files = [stand_in[name] for name in case["input"]] if about_modules else case["input"]
        expected = str(case["expected"]).lower() if isinstance(case["expected"], bool) else " ".join(case["expected"])
        modules_cell = " ".join(case["input"]) if about_modules else ""
        lines.append("\t".join([case["kind"], modules_cell or "-", " ".join(files), expected or "-"]))
    (folder / "cases.tsv").write_text("\n".join(lines) + "\n")


def main():
    modules, ignored, cases = facts(sys.argv[1])
    folder = pathlib.Path(__file__).parent.parent / "spark"
    write_policy(folder, *policy(modules, ignored))
    write_cases(folder, modules, cases)


if __name__ == "__main__":
    main()
