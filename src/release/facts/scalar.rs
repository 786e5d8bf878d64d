//! Text to fact. Nothing here says what the text is.

use jiff::Timestamp;

use crate::digest::Digest;
use crate::yaml::{Node, Value};

/// Why a value is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    /// There is nothing.
    Empty,
    /// It is something else.
    Other,
}

/// Takes a text, which must not be empty.
pub(super) fn text(node: &Node) -> Result<&str, Unfit> {
    match &node.value {
        _ if node.is_null() => Err(Unfit::Empty),
        Value::Scalar { text, .. } if text.trim().is_empty() => Err(Unfit::Empty),
        Value::Scalar { text, .. } => Ok(text),
        Value::Seq(_) | Value::Map(_) => Err(Unfit::Other),
    }
}

/// Takes `true` or `false`, without quotes.
pub(super) fn truth(node: &Node) -> Result<bool, Unfit> {
    let is_plain = matches!(&node.value, Value::Scalar { plain: true, .. });
    match text(node)? {
        "true" if is_plain => Ok(true),
        "false" if is_plain => Ok(false),
        _ => Err(Unfit::Other),
    }
}

/// Takes a time with its zone.
pub(super) fn time(node: &Node) -> Result<Timestamp, Unfit> {
    text(node)?.parse().map_err(|_| Unfit::Other)
}

/// Takes a digest, alone or behind the name of an image. A tag is none: it may mean something else tomorrow.
pub(super) fn digest(node: &Node) -> Result<Digest, Unfit> {
    let text = text(node)?;
    let digest = text.rsplit_once('@').map_or(text, |(_, digest)| digest);
    let is_named = digest.starts_with("sha256:");
    Digest::parse(digest).ok().filter(|_| is_named).ok_or(Unfit::Other)
}
