//! The token: where it comes from, and that nobody sees it.

use std::collections::BTreeMap;
use std::fmt;

use crate::fault::{Code, Fault};
use crate::roster::Forge;

/// The longest token that is believed: GitLab's job tokens are signed documents of some 2,000 characters.
const LONGEST: usize = 16 * 1024;

/// What a forge knows the caller by. It has no `Display`, and its `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    text: String,
    header: Header,
}

/// How a token is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Header {
    /// `Authorization: Bearer`: all of GitHub's.
    Bearer,
    /// `PRIVATE-TOKEN`: GitLab's personal, project and group tokens.
    Private,
    /// `JOB-TOKEN`: the token of a job of GitLab CI.
    Job,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({:?}, redacted)", self.header)
    }
}

impl Token {
    /// Takes a token that is not of a CI's job.
    pub fn new(forge: Forge, text: &str) -> Result<Self, Fault> {
        let header = match forge {
            Forge::Github => Header::Bearer,
            Forge::Gitlab => Header::Private,
        };
        Self::checked(header, text, "the token")
    }

    fn checked(header: Header, text: &str, what: &str) -> Result<Self, Fault> {
        let text = text.trim_end_matches(['\n', '\r']);
        if text.trim().is_empty() {
            return Err(Fault::new(Code::EmptyValue, format!("{what} is empty"), EMPTY));
        }
        // What is wrong with it is said without showing any of it.
        if text.len() > LONGEST || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Fault::new(
                Code::ForgeToken,
                format!("{what} is no token: it has blanks, line breaks or other characters that none has"),
                "it must hold the token and nothing else, on one line",
            ));
        }
        Ok(Self { text: text.to_owned(), header })
    }

    /// Returns the header that carries it.
    pub(super) fn header(&self) -> (&'static str, String) {
        match self.header {
            Header::Bearer => ("authorization", format!("Bearer {}", self.text)),
            Header::Private => ("private-token", self.text.clone()),
            Header::Job => ("job-token", self.text.clone()),
        }
    }

    /// Says whether it is the token of a GitLab job, which may read a merge request and not write to it.
    pub(super) fn is_of_job(&self) -> bool {
        self.header == Header::Job
    }

    /// Returns a text of somebody else without the token, which a server could send back.
    pub(super) fn scrub(&self, text: &str) -> String {
        text.replace(&self.text, "[the token]")
    }
}

const EMPTY: &str = "a secret that is not passed on, as to a fork's pull request, arrives empty: unset it, or give it \
                     its value";

/// Finds the token: in the file, whose name and text are passed in, else in the forge's variables.
///
/// GitHub: `GITHUB_TOKEN`, then `GH_TOKEN`. GitLab: `GITLAB_TOKEN`, then `CI_JOB_TOKEN`. An empty one is a fault and
/// never the same as none.
pub fn find(
    forge: Forge,
    file: Option<(&str, Result<String, String>)>,
    variables: &BTreeMap<String, String>,
) -> Result<Option<Token>, Fault> {
    let header = match forge {
        Forge::Github => Header::Bearer,
        Forge::Gitlab => Header::Private,
    };
    if let Some((name, read)) = file {
        let text = read.map_err(|why| {
            Fault::new(
                Code::ForgeToken,
                format!("the token's file `{name}` cannot be read: {why}"),
                "--token-file names a file that holds the token and nothing else",
            )
        })?;
        return Token::checked(header, &text, &format!("the token's file `{name}`")).map(Some);
    }
    let named = match forge {
        Forge::Github => [("GITHUB_TOKEN", Header::Bearer), ("GH_TOKEN", Header::Bearer)],
        Forge::Gitlab => [("GITLAB_TOKEN", Header::Private), ("CI_JOB_TOKEN", Header::Job)],
    };
    for (name, header) in named {
        if let Some(text) = variables.get(name) {
            return Token::checked(header, text, &format!("the variable `{name}`")).map(Some);
        }
    }
    Ok(None)
}

/// Returns the fault of a posting without a token.
pub fn missing(forge: Forge) -> Fault {
    let (message, help) = match forge {
        Forge::Github => (
            "there is no token to post to GitHub with",
            "set `env: GITHUB_TOKEN: ${{ github.token }}` on the step, or name a file with --token-file; --dry-run \
             needs none",
        ),
        Forge::Gitlab => (
            "there is no token to post to GitLab with",
            "set GITLAB_TOKEN to a project access token with the scope `api` and the role Reporter or above, or name a \
             file with --token-file; --dry-run needs none",
        ),
    };
    Fault::new(Code::ForgeNoToken, message, help)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_order_is_file_then_variables() {
        let both = variables(&[
            ("GITHUB_TOKEN", "one"),
            ("GH_TOKEN", "two"),
            ("GITLAB_TOKEN", "three"),
            ("CI_JOB_TOKEN", "four"),
        ]);
        let header = |forge, file: Option<&str>, variables: &BTreeMap<String, String>| {
            find(forge, file.map(|text| ("token", Ok(text.to_owned()))), variables)
                .expect("sound")
                .map(|token| token.header())
        };
        let expected = |name, value: &str| Some((name, value.to_owned()));
        assert_eq!(header(Forge::Github, Some("zero\n"), &both), expected("authorization", "Bearer zero"));
        assert_eq!(header(Forge::Github, None, &both), expected("authorization", "Bearer one"));
        assert_eq!(header(Forge::Gitlab, None, &both), expected("private-token", "three"));
        assert_eq!(header(Forge::Gitlab, Some("zero\r\n"), &both), expected("private-token", "zero"));
        assert_eq!(
            header(Forge::Gitlab, None, &variables(&[("CI_JOB_TOKEN", "four")])),
            expected("job-token", "four")
        );
        assert_eq!(
            header(Forge::Github, None, &variables(&[("GH_TOKEN", "two")])),
            expected("authorization", "Bearer two")
        );
        assert_eq!(header(Forge::Github, None, &variables(&[])), None);
    }

    #[test]
    fn an_empty_or_odd_one_is_a_fault_that_does_not_show_it() {
        for (text, code) in [
            ("", Code::EmptyValue),
            (" \n", Code::EmptyValue),
            ("hush hush", Code::ForgeToken),
            ("hush\r\nx-other: 1", Code::ForgeToken),
            ("hush\u{e9}t", Code::ForgeToken),
        ] {
            let fault =
                find(Forge::Github, None, &variables(&[("GITHUB_TOKEN", text)])).expect_err("no token");
            assert_eq!(fault.code, code, "{text:?}");
            assert!(!format!("{fault:?}").contains("hush"), "{fault:?}");
        }
        let fault = find(Forge::Github, Some(("gone", Err("not there".to_owned()))), &variables(&[]));
        assert_eq!(fault.expect_err("no file").code, Code::ForgeToken);
    }

    #[test]
    fn it_is_never_shown() {
        let token = Token::new(Forge::Github, "ghs_secret").expect("sound");
        assert_eq!(format!("{token:?}"), "Token(Bearer, redacted)");
        assert_eq!(token.scrub("bad ghs_secret!"), "bad [the token]!");
    }
}
