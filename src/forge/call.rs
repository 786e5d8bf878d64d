//! A call of a forge's API, as data.

use std::fmt;

use serde_json::Value;

/// One call: what a dry run prints, and what a test compares.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// What it is for.
    pub purpose: Purpose,
    /// The method.
    pub method: Method,
    /// The whole address.
    pub url: String,
    /// The body, as JSON.
    pub body: Option<Value>,
}

/// The methods in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Adds.
    Post,
    /// Replaces, on GitLab.
    Put,
    /// Changes, on GitHub.
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// Returns its name in HTTP.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// What a call is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// Looks what is there.
    Read,
    /// Asks for reviews.
    Ask {
        /// These people, by handle.
        people: Vec<String>,
        /// And these teams, by slug.
        teams: Vec<String>,
    },
    /// Writes the first comment.
    Comment,
    /// Writes the comment anew.
    Update,
    /// Removes a comment that another run wrote at the same time.
    Tidy,
    /// Sets the status of the commit.
    Status,
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read => f.write_str("looked what is there"),
            Self::Ask { people, teams } => {
                let names: Vec<&str> = people.iter().chain(teams).map(String::as_str).collect();
                write!(f, "asked {} for review", names.join(", "))
            }
            Self::Comment => f.write_str("wrote the comment"),
            Self::Update => f.write_str("updated the comment"),
            Self::Tidy => f.write_str("removed a second comment"),
            Self::Status => f.write_str("set the commit status"),
        }
    }
}

impl Call {
    /// A call that reads.
    pub(super) fn read(url: String) -> Self {
        Self { purpose: Purpose::Read, method: Method::Get, url, body: None }
    }
}

/// Writes a part of a path or query so that nothing in it is read as anything but itself.
pub(super) fn encode(part: &str) -> String {
    let mut encoded = String::with_capacity(part.len());
    for byte in part.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte))
            }
            other => encoded += &format!("%{other:02X}"),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_stays_a_part() {
        assert_eq!(encode("group/sub group/../?a=b#c"), "group%2Fsub%20group%2F..%2F%3Fa%3Db%23c");
        assert_eq!(encode("é"), "%C3%A9");
    }
}
