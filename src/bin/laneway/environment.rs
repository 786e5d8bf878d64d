//! The variables of the process, read once.

use std::collections::BTreeMap;
use std::path::PathBuf;

use laneway::fault::{Code, Fault};

/// The variables by name. A value that is not UTF-8 is kept with U+FFFD in it, so that it is not taken for absent.
#[derive(Debug)]
pub(crate) struct Environment {
    /// Every variable.
    pub(crate) variables: BTreeMap<String, String>,
}

impl Environment {
    /// Reads the environment of the process.
    pub(crate) fn read() -> Self {
        let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
        Self { variables: std::env::vars_os().map(|(name, value)| (text(name), text(value))).collect() }
    }

    /// Returns a variable's value. An empty one is a fault, and never the same as none.
    pub(crate) fn get(&self, name: &str) -> Result<Option<&str>, Fault> {
        match self.variables.get(name).map(String::as_str) {
            Some(value) if value.trim().is_empty() => Err(Fault::new(
                Code::EmptyValue,
                format!("the variable `{name}` is empty"),
                format!("unset `{name}`, or give it its value"),
            )),
            value => Ok(value),
        }
    }

    /// Returns a variable that names a file.
    pub(crate) fn path(&self, name: &str) -> Result<Option<PathBuf>, Fault> {
        Ok(self.get(name)?.map(PathBuf::from))
    }
}
