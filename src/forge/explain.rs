//! What a forge's refusal means, and how to mend it.

use crate::fault::{Code, Fault};
use crate::forge::call::{Call, Purpose};
use crate::roster::Forge;

/// The most of a forge's own words that is shown.
const SHOWN: usize = 500;

/// Returns the fault of a call that was refused, with the forge's own words.
pub(super) fn refused(forge: Forge, call: &Call, status: u16, message: &str, of_job: bool) -> Fault {
    Fault::new(
        Code::ForgeRefused,
        format!("{} refuses {} {} with {status}: {message}", name(forge), call.method.as_str(), call.url),
        help(forge, call, status, of_job),
    )
}

/// Returns what people call the forge.
pub(super) const fn name(forge: Forge) -> &'static str {
    match forge {
        Forge::Github => "GitHub",
        Forge::Gitlab => "GitLab",
    }
}

/// Returns the words of a forge: the message of its JSON, its details, or the beginning of what it sent.
pub(super) fn message(body: &[u8]) -> String {
    let text = match serde_json::from_slice::<serde_json::Value>(body) {
        Ok(value) => {
            let main = value.get("message").or_else(|| value.get("error")).or_else(|| value.get("title"));
            let main = main.map_or_else(|| value.to_string(), words);
            match value.get("errors").or_else(|| value.get("error_description")) {
                Some(details) => format!("{main} ({})", words(details)),
                None => main,
            }
        }
        Err(_) => String::from_utf8_lossy(&body[..body.len().min(4 * SHOWN)]).trim().to_owned(),
    };
    let mut text = if text.is_empty() { "no reason given".to_owned() } else { text };
    if let Some((end, _)) = text.char_indices().nth(SHOWN) {
        text.truncate(end);
        text.push('…');
    }
    text
}

fn words(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn help(forge: Forge, call: &Call, status: u16, of_job: bool) -> &'static str {
    if forge == Forge::Gitlab && of_job && matches!(status, 401 | 403 | 404) {
        return "CI_JOB_TOKEN may read merge requests and not write to them: set GITLAB_TOKEN to a project access token \
                with the scope `api`";
    }
    match (forge, status) {
        (Forge::Github, 401) => {
            "the token is not valid: it is wrong, has expired, or belongs to another server"
        }
        (Forge::Gitlab, 401) => {
            "the token is not valid: it is wrong, has expired, was revoked, or belongs to another server"
        }
        (Forge::Github, 403) => match &call.purpose {
            Purpose::Status => "give the job `permissions: statuses: write`",
            Purpose::Read => {
                "give the job `permissions: pull-requests: write` and `statuses: write`, which include reading"
            }
            _ => "give the job `permissions: pull-requests: write`",
        },
        (Forge::Gitlab, 403) => match &call.purpose {
            Purpose::Status => "the token needs the scope `api`, and the role Developer or above",
            _ => "the token needs the scope `api`, and the role Reporter or above",
        },
        (Forge::Github, 404) => {
            "see whether the repository and the number are right; GitHub also says 404 for a private repository that the \
             token may not see"
        }
        (Forge::Gitlab, 404) => {
            "see whether the project and the number are right; GitLab also says 404 for a private project that the token \
             may not see"
        }
        (_, 410 | 451) => "it was taken away on the forge",
        (_, 400 | 422) => "the forge took the call for invalid; its own words say what about it",
        _ => "the forge's own words say why",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_forge_are_found_and_bounded() {
        assert_eq!(message(br#"{"message": "Not Found", "documentation_url": "x"}"#), "Not Found");
        assert_eq!(
            message(br#"{"message": "Validation Failed", "errors": [{"field": "body"}]}"#),
            r#"Validation Failed ([{"field":"body"}])"#
        );
        assert_eq!(message(br#"{"message": {"name": ["is bad"]}}"#), r#"{"name":["is bad"]}"#);
        assert_eq!(
            message(br#"{"error": "invalid_token", "error_description": "revoked"}"#),
            "invalid_token (revoked)"
        );
        assert_eq!(message(b""), "no reason given");
        assert_eq!(message("<html>\u{fffd}".as_bytes()), "<html>\u{fffd}");
        assert!(message(&vec![b'x'; 1 << 20]).chars().count() == SHOWN + 1);
    }
}
