//! Lane skeletons: one YAML document a domain, which asks for no gate yet.

use crate::class::ChangeClass;
use crate::id::DomainId;

/// What a lane skeleton says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skeleton {
    /// The domain.
    pub domain: DomainId,
    /// What people call it.
    pub title: Option<String>,
    /// The class of its files; without one they are `platform_service`.
    pub kind: Option<ChangeClass>,
    /// Who looks at its files.
    pub reviewers: Vec<String>,
    /// Its gates, each a title or a command.
    pub domain_local_gates: Vec<String>,
    /// A sentence or more above the document, for people.
    pub comment: String,
}

impl Skeleton {
    /// A lane of `domain` that says nothing else.
    pub fn new(domain: DomainId) -> Self {
        let (title, kind) = (None, None);
        Self {
            domain,
            title,
            kind,
            reviewers: Vec::new(),
            domain_local_gates: Vec::new(),
            comment: String::new(),
        }
    }

    /// Returns the document.
    pub fn to_yaml(&self) -> String {
        let mut yaml = String::new();
        for line in self.comment.lines() {
            let line: String = line.chars().map(|one| if one.is_control() { ' ' } else { one }).collect();
            yaml += format!("# {line}").trim_end();
            yaml.push('\n');
        }
        yaml += "domain_lane:\n";
        yaml += &format!("  domain_id: {}\n", scalar(self.domain.as_str()));
        if let Some(title) = &self.title {
            yaml += &format!("  title: {}\n", scalar(title));
        }
        if let Some(kind) = self.kind {
            yaml += &format!("  kind: {}\n", kind.as_str());
        }
        list(&mut yaml, "reviewers", &self.reviewers);
        list(&mut yaml, "domain_local_gates", &self.domain_local_gates);
        yaml
    }
}

fn list(yaml: &mut String, key: &str, values: &[String]) {
    if values.is_empty() {
        return;
    }
    *yaml += &format!("  {key}:\n");
    for value in values {
        *yaml += &format!("    - {}\n", scalar(value));
    }
}

/// Writes a scalar that every reader of YAML takes for this very text: bare where it is a plain word, else quoted.
pub fn scalar(text: &str) -> String {
    let mut bytes = text.bytes();
    let begins = bytes.next().is_some_and(|byte| byte.is_ascii_lowercase());
    let plain =
        begins && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    // Words that some reader takes for a truth value or for nothing.
    let read_otherwise = matches!(text, "y" | "n" | "yes" | "no" | "on" | "off" | "true" | "false" | "null");
    if plain && !read_otherwise {
        return text.to_owned();
    }
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            other if other.is_control() || matches!(other, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                quoted.push_str(&format!("\\u{:04x}", u32::from(other)));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::Lanes;
    use crate::quorum::Quorums;
    use crate::source::Source;

    #[test]
    fn a_skeleton_is_read_back_as_it_was_meant() {
        for text in ["@org/team", "no", "1.20", "a: b # c", "it's \"x\" \\ \u{7f}\t\u{feff}é", "-", "null"] {
            let skeleton = Skeleton {
                title: Some(text.to_owned()),
                kind: Some(ChangeClass::Product),
                reviewers: vec![text.to_owned(), "@b".to_owned()],
                comment: "From elsewhere.\nTwo lines\u{1b}.".to_owned(),
                ..Skeleton::new(DomainId::new("no"))
            };
            let yaml = skeleton.to_yaml();
            let (lanes, faults) = Lanes::parse(&[Source::new("lanes/no.yaml", yaml.clone())]);
            assert!(faults.is_empty(), "{yaml}\n{faults:?}");
            let lane = &lanes.lanes["no"];
            assert_eq!(lane.title.as_deref(), Some(text));
            assert_eq!(lane.kind, Some(ChangeClass::Product));
            assert_eq!(lane.reviewers, Quorums::any(skeleton.reviewers), "{yaml}");
        }
    }

    #[test]
    fn a_bare_skeleton_is_short() {
        let skeleton = Skeleton::new(DomainId::new("billing"));
        assert_eq!(skeleton.to_yaml(), "domain_lane:\n  domain_id: billing\n");
    }
}
