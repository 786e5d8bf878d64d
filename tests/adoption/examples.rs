//! The examples of `docs/adoption.md`: short, of their language, and naming only what the files that they are of have.

use std::path::Path;

use serde_json::Value;

use crate::support::{command, example, examples, keys, read, root, run, tool, yaml};

/// The steps of an example that use this repository's action.
fn uses(workflow: &Value) -> Vec<&Value> {
    let jobs = workflow["jobs"].as_object().unwrap().values();
    let steps = jobs.flat_map(|job| job["steps"].as_array().unwrap());
    steps
        .filter(|step| step["uses"].as_str().is_some_and(|uses| uses.starts_with("platform/laneway@")))
        .collect()
}

#[test]
fn each_way_in_has_an_example_of_ten_lines() {
    let found = examples();
    let names: Vec<&str> = found.keys().map(String::as_str).collect();
    let expected = ["buildkite", "github", "github-first", "gitlab", "pre-commit", "pre-push", "shell"];
    assert_eq!(names, expected);
    for (name, (language, text)) in &found {
        let shell = ["pre-push", "shell"].contains(&name.as_str());
        assert_eq!(language, if shell { "sh" } else { "yaml" }, "{name}");
        // The one that is longer is the whole workflow, with the check that branch protection requires.
        let lines = text.lines().count();
        assert!(lines <= 10 || name == "github", "{name} has {lines} lines");
    }
}

#[test]
fn the_workflows_name_inputs_and_outputs_of_the_action() {
    let action = yaml(&read("action.yml"));
    for name in ["github", "github-first"] {
        let text = example(name);
        let workflow = yaml(&text);
        let steps = uses(&workflow);
        assert_eq!(steps.len(), 1, "{name}");
        if let Some(with) = steps[0].get("with") {
            for input in keys(with) {
                assert!(action["inputs"].get(input).is_some(), "{name}: the action has no input {input}");
            }
        }
        for (at, prefix) in text.match_indices("steps.route.outputs.") {
            let rest = &text[at + prefix.len()..];
            let output = &rest[..rest.find(|char: char| !char.is_alphanumeric() && char != '_').unwrap()];
            assert!(action["outputs"].get(output).is_some(), "{name}: the action has no output {output}");
        }
    }
}

#[test]
fn the_inclusion_gives_what_the_component_takes() {
    let template = read("templates/laneway/template.yml");
    let (head, _) = template.split_once("\n---\n").unwrap();
    let spec = yaml(head);
    let inputs = spec["spec"]["inputs"].as_object().unwrap();
    let pipeline = yaml(&example("gitlab"));
    let include = &pipeline["include"][0];
    let given = include["inputs"].as_object().unwrap();
    for input in given.keys() {
        assert!(inputs.contains_key(input), "the component has no input {input}");
    }
    let required = inputs.iter().filter(|(_, input)| input.get("default").is_none());
    for (input, _) in required {
        assert!(given.contains_key(input), "the example does not give {input}");
    }
    // `component` ends in the folder's name and the version that is installed.
    let component = include["component"].as_str().unwrap();
    let (path, version) = component.rsplit_once('@').unwrap();
    assert!(path.ends_with("/laneway"), "{path}");
    assert_eq!(Some(version), given["version"].as_str());
    assert!(pipeline["stages"].as_array().unwrap().contains(&given["stage"]));
}

#[test]
fn the_step_configures_what_the_plugin_takes() {
    let plugin = yaml(&read("plugin.yml"));
    let expected = ["author", "configuration", "description", "name", "requirements"];
    assert_eq!(keys(&plugin), expected);
    assert_eq!(plugin["configuration"]["additionalProperties"], false);
    let pipeline = yaml(&example("buildkite"));
    let used = pipeline["steps"][0]["plugins"][0].as_object().unwrap();
    let (name, configuration) = used.iter().next().unwrap();
    assert!(name.contains("/laneway.git#v"), "{name}");
    for property in keys(configuration) {
        assert!(plugin["configuration"]["properties"].get(property).is_some(), "no property {property}");
    }
    // Each property is one that the hook asks for, and the other way round.
    let hook = read("hooks/command");
    for property in keys(&plugin["configuration"]["properties"]) {
        let variable = property.replace('-', "_").to_uppercase();
        let asked = hook.contains(&format!("given {variable}")) || hook.contains(&format!(" {property}"));
        assert!(asked, "the hook does not ask for {property}");
    }
    let Some(check) = tool("check-jsonschema", "the_step_configures_what_the_plugin_takes") else { return };
    let folder = tempfile::tempdir().unwrap();
    let (schema, instance) = (folder.path().join("schema.json"), folder.path().join("instance.json"));
    std::fs::write(&schema, plugin["configuration"].to_string()).unwrap();
    std::fs::write(&instance, configuration.to_string()).unwrap();
    run(command(check, folder.path()).arg("--schemafile").arg(schema).arg(instance)).with(0);
}

#[test]
fn the_configuration_names_hooks_that_there_are() {
    let hooks = yaml(&read(".pre-commit-hooks.yaml"));
    let ids: Vec<&str> = hooks.as_array().unwrap().iter().map(|hook| hook["id"].as_str().unwrap()).collect();
    let configuration = yaml(&example("pre-commit"));
    let named = configuration["repos"][0]["hooks"].as_array().unwrap();
    let named: Vec<&str> = named.iter().map(|hook| hook["id"].as_str().unwrap()).collect();
    assert_eq!(named, ids, "the example shows each hook");
}

#[test]
fn files_that_the_shell_examples_name_are_there() {
    for (name, files) in [("pre-push", ["scripts/pre-push"]), ("shell", ["scripts/install.sh"])] {
        let text = example(name);
        for file in files {
            assert!(text.contains(&format!("/{file}")), "{name} does not name {file}");
            assert!(root().join(file).exists());
        }
        run(command("sh", Path::new(root())).args(["-n", "-c", &text])).with(0);
    }
}
