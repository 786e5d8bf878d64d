//! What a document says of an environment: from what a check read to whether it holds. Nothing of a document is ever said:
//! it may hold secrets.

use std::sync::Arc;

use crate::environment::Expect;
use crate::fault::Code;
use crate::source::Source;
use crate::yaml::{self, Node, Value};

/// What a check came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It holds.
    Held,
    /// It does not, for this reason.
    Failed(String),
    /// It could not be made, for this reason.
    Unmade(String),
}

impl Outcome {
    /// Returns the word of documents.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Failed(_) => "failed",
            Self::Unmade(_) => "unmade",
        }
    }

    /// Returns why it does not hold.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Held => None,
            Self::Failed(why) | Self::Unmade(why) => Some(why),
        }
    }
}

/// Says whether a document, YAML or JSON, says what is expected of it.
pub fn evaluate(bytes: Vec<u8>, expect: &Expect) -> Outcome {
    let Ok(text) = String::from_utf8(bytes) else {
        return Outcome::Failed("what it says is not UTF-8".to_owned());
    };
    // The name is never shown: of what is wrong with the document only the code counts.
    let source = Source::new("document", text);
    let (tree, faults) = yaml::parse(&source);
    if let Some(fault) = faults.first() {
        let why = match fault.code {
            Code::YamlDuplicateKey => "what it says states a key twice",
            Code::TooLarge | Code::YamlBudget => "what it says is too large",
            _ => "what it says is not YAML or JSON",
        };
        return Outcome::Failed(why.to_owned());
    }
    let Some(tree) = tree else { return Outcome::Failed("it says nothing".to_owned()) };
    let pointer = &expect.pointer;
    let Some(node) = find(&tree, pointer) else {
        return Outcome::Failed(format!("there is nothing at `{pointer}`"));
    };
    let text = match &node.value {
        Value::Scalar { .. } if node.is_null() => None,
        Value::Scalar { text, .. } => Some(Arc::clone(text)),
        Value::Seq(_) | Value::Map(_) if expect.equals.is_none() => return Outcome::Held,
        Value::Seq(_) | Value::Map(_) => {
            return Outcome::Failed(format!("what stands at `{pointer}` is no single value"));
        }
    };
    match (&expect.equals, text.as_deref()) {
        (Some(wanted), Some(found)) if wanted == found => Outcome::Held,
        (Some(wanted), _) => Outcome::Failed(format!("what stands at `{pointer}` is not `{wanted}`")),
        (None, None | Some("" | "false")) => {
            Outcome::Failed(format!("what stands at `{pointer}` is empty or false"))
        }
        (None, Some(_)) => Outcome::Held,
    }
}

/// Follows a JSON pointer.
fn find<'n>(tree: &'n Node, pointer: &str) -> Option<&'n Node> {
    let mut node = tree;
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        node = match &node.value {
            Value::Map(entries) => &entries.iter().find(|entry| *entry.key.value == *part)?.value,
            Value::Seq(items) => items.get(part.parse::<usize>().ok()?)?,
            Value::Scalar { .. } => return None,
        };
    }
    Some(node)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_says_what_is_expected_or_not() {
        let rows: [(&str, &str, Option<&str>, &str); 16] = [
            ("{\"pending\": 0}", "/pending", Some("0"), "held"),
            ("pending: 0", "/pending", Some("0"), "held"),
            ("{\"pending\": 1}", "/pending", Some("0"), "failed"),
            ("{\"pending\": \"0\"}", "/pending", Some("0"), "held"),
            ("{\"a\": {\"b/c\": [1, true]}}", "/a/b~1c/1", Some("true"), "held"),
            ("{\"a\": [1]}", "/a/1", None, "failed"),
            ("{\"a\": null}", "/a", None, "failed"),
            ("{\"a\": false}", "/a", None, "failed"),
            ("{\"a\": \"\"}", "/a", None, "failed"),
            ("{\"a\": {}}", "/a", None, "held"),
            ("{\"a\": {}}", "/a", Some("x"), "failed"),
            ("{\"a\": 1, \"a\": 1}", "/a", Some("1"), "failed"),
            ("{\"a\": ", "/a", None, "failed"),
            ("", "/a", None, "failed"),
            ("a", "/a", None, "failed"),
            ("{\"a\": null}", "/a", Some("null"), "failed"),
        ];
        for (document, pointer, equals, expected) in rows {
            let expect = Expect { pointer: pointer.to_owned(), equals: equals.map(str::to_owned) };
            let outcome = evaluate(document.as_bytes().to_vec(), &expect);
            assert_eq!(outcome.as_str(), expected, "{document} {pointer}: {outcome:?}");
        }
        let expect = Expect { pointer: "/a".to_owned(), equals: None };
        assert_eq!(evaluate(vec![0xff], &expect).as_str(), "failed");
    }
}
