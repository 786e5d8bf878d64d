#!/usr/bin/env python3
"""Writes ../otel from the facts about opentelemetry-dotnet-contrib: 51 path filters, 51 jobs, 200 changes.

    python3 otel.py FACTS_FOLDER
"""

import csv
import json
import pathlib
import re
import sys

from common import Gate, Lane, Row, write_cases, write_policy

NAME = "open-telemetry+opentelemetry-dotnet-contrib"
# Filters by file type or for the whole repository: every other filter is a component.
SHARED = {"md", "pwsh", "yml", "build", "github", "shared", "code"}


def facts(folder):
    filters, jobs = {}, {}
    with open(pathlib.Path(folder) / f"{NAME}.gates.tsv") as lines:
        for name, kind, value in list(csv.reader(lines, delimiter="\t"))[1:]:
            (filters if kind == "filter" else jobs).setdefault(name, []).append(value)
    with open(pathlib.Path(folder) / f"{NAME}.cases.jsonl") as lines:
        cases = [json.loads(line) for line in lines]
    return filters, jobs, cases


def matches(patterns, path):
    """Says whether a filter matches: one of its patterns does, and none of those with `!`."""

    def one(pattern):
        parts = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*"}
        pieces = re.split(r"(\*\*/|\*\*|\*)", pattern)
        return re.fullmatch("".join(parts.get(piece) or re.escape(piece) for piece in pieces), path)

    wanted = [pattern for pattern in patterns if pattern[0] != "!"]
    return any(map(one, wanted)) and not any(one(pattern[1:]) for pattern in patterns if pattern[0] == "!")


def alone(filters, jobs, cases):
    """Returns what each path of the cases selects by itself, paths with the same jobs together."""
    together = {}
    for path in sorted({path for case in cases for path in case["files"]}):
        matched = {name for name, patterns in filters.items() if matches(patterns, path)}
        selected = tuple(job for job, on in jobs.items() if matched & set(on))
        together.setdefault((bool(matched), selected), []).append(path)
    return [
        {"files": paths, "gates": selected, "unmapped": [] if mapped else paths}
        for (mapped, selected), paths in together.items()
    ]


def policy(filters, jobs):
    build = filters["build"]
    everywhere = Row(
        paths=[path for path in build if path[0] != "!"] + filters["shared"],
        excluded=[path[1:] for path in build if path[0] == "!"],
        domain=["*"],
    )
    # A component's row leaves out what the build owns wherever it lies, and its prose.
    outside = ["**/*.md", "**/*.props", "**/*.targets"]
    components, lanes = [], []
    for name, patterns in filters.items():
        if name in SHARED:
            continue
        paths = [path.replace("*/", "{src,test}/", 1) if path.startswith("*/") else path for path in patterns if path[0] != "!"]
        imported_by = None
        if name == "instrumentation-entityframeworkcore":
            # The filter names the sources of another component: that is an import.
            paths.remove("{src,test}/OpenTelemetry.Instrumentation.SqlClient/**")
        if name == "instrumentation-sqlclient":
            sources = Row(["src/OpenTelemetry.Instrumentation.SqlClient/**"], [name], outside, ["instrumentation-entityframeworkcore"])
            components.append(sources)
        components.append(Row(paths, [name], outside if "!**/*.md" in patterns else outside[1:], imported_by))
        local = [job if len(on) > 4 else (job, job) for job, on in jobs.items() if name in on]
        lanes.append(Lane(name, "platform_service", local))
    rest = [
        Row([".github/**"], ["workflows"], outside[1:]),
        Row(["**/*.cs", "**/*.csproj", ".editorconfig", "**/*.ps1", "**/*.psm1", "**/*.psd1", "**/*.yml", "**/*.yaml", ".yamllint"], ["unclaimed"]),
        Row(["**/*.md"], ["documentation"], cls="docs"),
    ]
    lanes += [Lane("workflows"), Lane("unclaimed"), Lane("documentation", "docs")]
    linters = []
    for job, on in jobs.items():
        if not set(on) <= SHARED or "shared" in on:
            continue
        # The exclusion of `build` is about workflows, and must not take out what another filter matches by its type.
        paths = [path + ".yml" if path[0] == "!" else path for name in on for path in filters[name]]
        if "yml" in on:
            # Every YAML file is in already.
            paths = [path for path in paths if not path.startswith((".github", "!"))]
        linters.append(Gate(job, job, paths))
    maps = {
        "components.md": (
            "Components",
            "A component is its sources, its tests and its examples. What `everything.md` and `rest.md` own inside of a\n"
            "component's folders is taken out here, because the component's pattern would be the more specific one.",
            components,
        ),
        "everything.md": (
            "What every component is built with",
            "Build settings, the workflows that build, and the shared sources that each project compiles in as its own.",
            [everywhere],
        ),
        "rest.md": (
            "The rest",
            "Prose, and files that no component owns. They have no gates of their own: linters run by file type.",
            rest,
        ),
    }
    catalogues = {
        "catalogue.yaml": (
            "Gates that several lanes ask for, and linters that run by file type.",
            [Gate("verify-aot-compat", "verify-aot-compat")] + linters,
        )
    }
    return maps, lanes, catalogues


def main():
    filters, jobs, cases = facts(sys.argv[1])
    folder = pathlib.Path(__file__).parent.parent / "otel"
    write_policy(folder, *policy(filters, jobs))
    header = (
        "200 changes of open-telemetry/opentelemetry-dotnet-contrib. Numbers are lines of paths.txt and gates.txt.\n"
        "`gates` are the jobs that its own path filters mean; `unmapped` are files that none of its filters matches."
    )
    columns = {"base": None, "head": None, "files": "paths.txt", "gates": "gates.txt", "unmapped": "paths.txt"}
    write_cases(folder, header, columns, cases)
    header = "Each path of cases.tsv as a change of its own. Numbers are lines of paths.txt and gates.txt."
    del columns["base"], columns["head"]
    write_cases(folder, header, columns, alone(filters, jobs, cases), "alone.tsv")


if __name__ == "__main__":
    main()
