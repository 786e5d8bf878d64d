#!/usr/bin/env python3
"""Writes ../opendal from the facts about Apache OpenDAL: what its behaviour-test planner and 35 workflows select.

    python3 opendal.py FACTS_FOLDER
"""

import csv
import json
import pathlib
import sys

from common import Gate, Lane, Row, write_cases, write_policy

BINDINGS = ["c", "cpp", "dotnet", "go", "java", "nodejs", "python", "ruby"]
PROSE = ["**/*.md"]


def facts(folder):
    folder = pathlib.Path(folder)
    with open(folder / "apache+opendal.behavior.jsonl") as lines:
        cases = [json.loads(line) for line in lines]
    with open(folder / "apache+opendal.cases.jsonl") as lines:
        for case, line in zip(cases, lines, strict=True):
            by_workflow = json.loads(line)
            assert (case["base"], sorted(case["files"])) == (by_workflow["base"], sorted(by_workflow["files"]))
            case["workflows"] = by_workflow["gates"]
    workflows = {}
    with open(folder / "apache+opendal.gates.tsv") as lines:
        for name, _, path in list(csv.reader(lines, delimiter="\t"))[1:]:
            workflows.setdefault(name, []).append(path)
    # The planner writes each service with `-` and with `_`.
    services = sorted({service.replace("_", "-") for case in cases for service in case["services"]})
    for case in cases:
        named = {service.replace("_", "-") for service in case["services"]}
        case["services"] = services if case["all_services"] else sorted(named)
    return services, workflows, cases


def policy(services, workflows):
    def binding_row(name):
        paths = [f"bindings/{name}/**", f".github/workflows/test_behavior_binding_{name}.yml"]
        if name == "go":
            paths.append(".github/scripts/test_go_binding/**")
        return Row(paths, [f"binding-{name}"], PROSE, ["binding-go"] if name == "c" else [])

    bindings = [f"binding-{name}" for name in BINDINGS]
    integration = "integration-object-store"
    tested = ["core", *bindings, integration]
    components = [
        Row(["core/**", ".github/services/**", "fixtures/**", ".github/workflows/test_behavior.yml"], ["core"], PROSE, tested[1:]),
        Row([".github/workflows/test_behavior_core.yml", ".github/actions/test_behavior_core/action.yaml"], ["core"], [], []),
        *(binding_row(name) for name in BINDINGS),
        Row(
            ["integrations/object_store/**", ".github/workflows/test_behavior_integration_object_store.yml"],
            [integration],
            PROSE,
            [],
        ),
    ]
    service_rows, lanes = [], []
    for service in services:
        paths = []
        for name in sorted({service, service.replace("-", "_")}):
            paths += [f"core/{folder}/{name}/**" for folder in ("services", "src/services", "core/src/services")]
            paths += [f".github/services/{name}/**", f"fixtures/{name}/**"]
        service_rows.append(Row(paths, [f"service-{service}"], PROSE, ["core"], tested))
        smoke = (f"service-{service}", f"Behaviour of {service}")
        lanes.append(Lane(f"service-{service}", "platform_service", smokes=[smoke]))
    for domain in tested:
        gate = domain.replace("-", "_")
        lanes.append(Lane(domain, "product", [(gate, f"Behaviour through {domain}")]))
    rest = [
        Row(["core/benches/**", "core/edge/**", "core/fuzz/**"], ["core-extras"], PROSE, []),
        Row(["bindings/**", "integrations/**"], ["other-bindings"], PROSE, []),
        Row(["bin/**", "dev/**", "scripts/**", "examples/**"], ["tools"], PROSE, []),
        Row(["website/**"], ["website"], imported_by=[]),
        Row([".github/**"], ["workflows"], imported_by=[]),
        Row([".env.example", "NOTICE", "deny.toml", "justfile", "rustfmt.toml"], ["tools"], PROSE, []),
        Row(["**/*.md", "core/src/docs/**", "core/core/src/docs/**"], ["documentation"], cls="docs"),
    ]
    lanes += [Lane(domain) for domain in ("core-extras", "other-bindings", "tools", "website", "workflows")]
    lanes.append(Lane("documentation", "docs"))
    maps = {
        "components.md": (
            "Components",
            "The core compiles every service in, and the bindings compile the core in. Each of these is a product that\n"
            "consumes the services: a change to it runs the smokes of all of them.",
            components,
        ),
        "services.md": ("Services", "One row a service, in the folders that it has had over the years.", service_rows),
        "rest.md": ("The rest", "What the behaviour tests do not reach.", rest),
    }
    gates = [Gate(name, name, paths) for name, paths in workflows.items()]
    return maps, lanes, {"run-by-path.yaml": ("The 35 workflows that run by path.", gates)}


def main():
    services, workflows, cases = facts(sys.argv[1])
    folder = pathlib.Path(__file__).parent.parent / "opendal"
    write_policy(folder, *policy(services, workflows))
    header = (
        "200 changes of apache/opendal. Numbers are lines of paths.txt, components.txt, services.txt and workflows.txt.\n"
        "`components` and `services` are what its own planner selects, `workflows` what its workflows' own paths select."
    )
    columns = {"base": None, "head": None, "files": "paths.txt"}
    columns |= {"components": "components.txt", "services": "services.txt", "workflows": "workflows.txt"}
    write_cases(folder, header, columns, cases)


if __name__ == "__main__":
    main()
