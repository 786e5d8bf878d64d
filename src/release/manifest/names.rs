//! Names of what a manifest pins.

use crate::id::is_name;

/// The name of the manifest among the subjects of a deployment's record, which no artifact can have.
pub const OWN_NAME: &str = "manifest";

/// The name of the commit among the subjects of every record.
const COMMIT: &str = "commit";

/// The gate that the record of a deployment is of. No profile asks for it: it is what follows from the others.
pub const DEPLOY_GATE: &str = "deploy";

/// The type of evidence that the record of a deployment is.
pub const DEPLOY_EVIDENCE: &str = "deployment";

/// Says whether a text can name an artifact.
pub fn is_artifact_name(text: &str) -> bool {
    is_name(text) && text != OWN_NAME && text != COMMIT
}

/// Returns the variable that tells the deploy command of an artifact: `LANEWAY_ARTIFACT_CONTROL_API` for `control-api`.
pub fn variable(name: &str) -> String {
    let plain = |byte: char| if byte.is_ascii_alphanumeric() { byte.to_ascii_uppercase() } else { '_' };
    std::iter::once("LANEWAY_ARTIFACT_".to_owned())
        .chain(name.chars().map(|own| plain(own).to_string()))
        .collect()
}

/// Says what keeps a text from being where an image is: a registry and a name, and no tag, because a tag can be moved.
pub fn image_reference(text: &str) -> Result<(), String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/' | b':');
    if text.trim().is_empty() {
        return Err("it is empty".to_owned());
    }
    if !text.bytes().all(plain) || text.split('/').any(str::is_empty) {
        return Err("it is no registry and name of an image".to_owned());
    }
    // A colon before the last slash is that of a port.
    match text.rsplit('/').next().and_then(|last| last.split_once(':')) {
        Some((_, tag)) => Err(format!("`{tag}` is a tag, and a tag can be moved")),
        None => Ok(()),
    }
}
