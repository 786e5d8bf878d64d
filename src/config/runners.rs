//! `runners`: what the `runner` of a gate stands for in each CI.

use std::collections::BTreeMap;

use crate::yaml::{Mapping, Node, Reader, Value};

/// The label under which `runners` keeps the machine of gates that state no `runner`.
pub const DEFAULT_RUNNER: &str = "default";

/// The keys that a machine of GitHub may have.
pub(crate) const GITHUB_KEYS: &[&str] = &["group", "labels"];

/// A CI that laneway writes for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Vendor {
    /// GitHub Actions.
    Github,
    /// GitLab CI.
    Gitlab,
    /// Buildkite.
    Buildkite,
    /// CircleCI.
    Circleci,
    /// Azure Pipelines.
    Azure,
    /// Jenkins.
    Jenkins,
}

impl Vendor {
    /// Every CI, in the order of the documentation.
    pub const ALL: [Self; 6] =
        [Self::Github, Self::Gitlab, Self::Buildkite, Self::Circleci, Self::Azure, Self::Jenkins];

    /// Returns the word of `laneway.yaml` and of the JSON documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Buildkite => "buildkite",
            Self::Circleci => "circleci",
            Self::Azure => "azure",
            Self::Jenkins => "jenkins",
        }
    }

    /// Returns the CI of a word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|vendor| vendor.as_str() == word)
    }
}

/// What the `runner` of a gate stands for in one CI.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Machine {
    /// One label: `ubuntu-latest`.
    Label(String),
    /// Several labels, all of which the machine must have.
    Labels(Vec<String>),
    /// Keys of the CI's own: `{queue: large}`, `{group: big, labels: [linux]}`. Each has one value or several.
    Keys(BTreeMap<String, Vec<String>>),
}

/// What each label stands for, by CI.
pub type Runners = BTreeMap<String, BTreeMap<Vendor, Machine>>;

/// Takes `runners`; what does not fit is a fault, and the rest stands.
pub(super) fn read(reader: &mut Reader<'_>, map: &Mapping<'_>) -> Runners {
    let Some(node) = map.get("runners") else { return Runners::new() };
    let Some(labels) = reader.open_mapping(node, "runners") else { return Runners::new() };
    let names: Vec<&str> = Vendor::ALL.iter().map(|vendor| vendor.as_str()).collect();
    let mut runners = Runners::new();
    for label in labels.entries() {
        let path = labels.path_of(&label.key.value);
        let Some(machines) = reader.mapping(&label.value, &path, &names) else { continue };
        let read = |vendor: &Vendor| {
            let node = machines.get(vendor.as_str())?;
            Some((*vendor, machine(reader, *vendor, node, &machines.path_of(vendor.as_str()))?))
        };
        let machines = Vendor::ALL.iter().filter_map(read).collect();
        runners.insert(label.key.value.to_string(), machines);
    }
    runners
}

fn machine(reader: &mut Reader<'_>, vendor: Vendor, node: &Node, path: &str) -> Option<Machine> {
    match &node.value {
        Value::Scalar { .. } => Some(Machine::Label(reader.text_of(node, path)?.value)),
        Value::Seq(_) => texts(reader, node, path).map(Machine::Labels),
        Value::Map(_) => {
            let keys = match vendor {
                Vendor::Github => reader.mapping(node, path, GITHUB_KEYS)?,
                Vendor::Gitlab | Vendor::Buildkite | Vendor::Circleci | Vendor::Azure | Vendor::Jenkins => {
                    reader.open_mapping(node, path)?
                }
            };
            if keys.entries().is_empty() {
                empty(reader, node, path);
                return None;
            }
            let mut values = BTreeMap::new();
            for entry in keys.entries() {
                let path = keys.path_of(&entry.key.value);
                if let Some(value) = texts(reader, &entry.value, &path) {
                    values.insert(entry.key.value.to_string(), value);
                }
            }
            Some(Machine::Keys(values))
        }
    }
}

/// Takes one text, or a list of them that is not empty.
fn texts(reader: &mut Reader<'_>, node: &Node, path: &str) -> Option<Vec<String>> {
    let Value::Seq(items) = &node.value else { return Some(vec![reader.text_of(node, path)?.value]) };
    if items.is_empty() {
        empty(reader, node, path);
        return None;
    }
    let texts = items.iter().enumerate();
    let texts = texts.filter_map(|(at, item)| reader.text_of(item, &format!("{path}[{at}]")));
    Some(texts.map(|text| text.value).collect())
}

fn empty(reader: &mut Reader<'_>, node: &Node, path: &str) {
    let wanted = "a label, a list of labels, or the CI's own keys";
    reader.wrong_type(node, path, wanted, "say which machine is meant, or leave it out");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::source::Source;

    #[test]
    fn a_machine_is_a_label_a_list_or_keys() {
        let text = "version: 1\nrunners:\n  large:\n    github: {group: big, labels: [linux, x64]}\n    \
                    gitlab: [saas-linux-large-amd64]\n    jenkins: 'linux && large'\n  default: {azure: {vmImage: ubuntu-24.04}}\n";
        let (config, faults) = Config::parse(&Source::new("laneway.yaml", text));
        assert!(faults.is_empty(), "{faults:?}");
        let keys = |keys: &[(&str, &[&str])]| {
            let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
            Machine::Keys(keys.iter().map(|(key, texts)| ((*key).to_owned(), own(texts))).collect())
        };
        let large = BTreeMap::from([
            (Vendor::Github, keys(&[("group", &["big"]), ("labels", &["linux", "x64"])])),
            (Vendor::Gitlab, Machine::Labels(vec!["saas-linux-large-amd64".to_owned()])),
            (Vendor::Jenkins, Machine::Label("linux && large".to_owned())),
        ]);
        let default = BTreeMap::from([(Vendor::Azure, keys(&[("vmImage", &["ubuntu-24.04"])]))]);
        let expected = Runners::from([("large".to_owned(), large), (DEFAULT_RUNNER.to_owned(), default)]);
        assert_eq!(config.runners, expected);
    }

    #[test]
    fn what_is_no_machine_is_a_fault_and_the_rest_stands() {
        let text = "version: 1\nrunners:\n  large: {gihub: x, gitlab: [], buildkite: {}, azure: {vmImage: []}, jenkins: ''}\n  \
                    small: {github: {grup: x}, circleci: ok}\n  none: x\n";
        let (config, faults) = Config::parse(&Source::new("laneway.yaml", text));
        let said: Vec<&str> = faults.iter().map(|fault| fault.message.as_str()).collect();
        assert_eq!(said.len(), 7, "{said:#?}");
        assert!(faults[0].help.contains("did you mean `github`?"), "{}", faults[0].help);
        assert!(faults.iter().all(|fault| fault.place.is_some()));
        assert_eq!(config.runners["small"][&Vendor::Circleci], Machine::Label("ok".to_owned()));
    }
}
