//! `--post`: puts the choice on the pull request.
//!
//! [`Post::new`] comes before the choice, which may ask it who is busy and who is asked already; [`Post::post`] comes
//! after. Standard output has the choice, as without `--post`, or the calls of a dry run; what was done goes to standard
//! error.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::Path;
use std::time::Duration;

use laneway::fault::{Code, Fault};
use laneway::forge::{
    Already, Call, Client, Context, Limits, Note, OpenReviews, Options, Outcome, Posting, System, Target,
    already, context, find_token, missing_token, open_reviews, post, unread,
};
use laneway::render::escape::terminal;
use laneway::roster::Forge;

use crate::args::{PostArgs, PostForge};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::output;

/// Where a choice is posted, and with what.
#[derive(Debug)]
pub(crate) struct Post {
    context: Context,
    options: Options,
    /// Absent in a dry run without a token, and for a fork, whose runs are given none.
    client: Option<Client<'static>>,
    summary: Option<std::path::PathBuf>,
}

impl Post {
    /// Returns where `--post` posts, or `None` without that flag.
    pub(crate) fn new(args: &PostArgs, environment: &Environment) -> Result<Option<Self>, Vec<Fault>> {
        let Some(forge) = args.post else { return Ok(None) };
        not_empty(args)?;
        let target = Target {
            forge: match forge {
                PostForge::Auto => None,
                PostForge::Github => Some(Forge::Github),
                PostForge::Gitlab => Some(Forge::Gitlab),
            },
            api: args.api_url.clone(),
            project: args.repository.clone(),
            number: args.pull_request,
        };
        let variables = &environment.variables;
        let read = |path: &str| std::fs::read_to_string(path).map_err(|error| error.to_string());
        let context = context(&target, variables, &read)?;
        let options = Options { drafts: args.drafts, dry_run: args.dry_run, login: args.login.clone() };
        let client = client(args, &context, variables).map_err(|fault| vec![fault])?;
        let summary = variables.get("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty());
        Ok(Some(Self { context, options, client, summary: summary.map(Into::into) }))
    }

    /// Returns the forge, whose handles the posting is to have.
    pub(crate) fn forge(&self) -> Forge {
        self.context.forge
    }

    /// Returns who wrote the pull request, as far as the CI's event says.
    pub(crate) fn author(&self) -> Option<&str> {
        self.context.author.as_deref()
    }

    /// Returns how many open reviews each person is asked for; `None` where nothing can be read.
    pub(crate) fn open_reviews(&self) -> Result<Option<OpenReviews>, Fault> {
        self.ask(open_reviews)
    }

    /// Returns who has to do with the pull request already; `None` where nothing can be read.
    pub(crate) fn already(&self) -> Result<Option<Already>, Fault> {
        self.ask(already)
    }

    /// Reads something that the choice may weigh and can do without, as it must where a fork's run may not read it.
    fn ask<T>(&self, read: fn(&Client<'_>, &Context) -> Result<T, Fault>) -> Result<Option<T>, Fault> {
        match self.client.as_ref().map(|client| read(client, &self.context)) {
            Some(Err(fault)) if fault.code == Code::ForgeRefused && self.context.fork => Ok(None),
            answer => answer.transpose(),
        }
    }

    /// Says whether the calls of a dry run are the answer on standard output.
    pub(crate) fn is_dry(&self) -> bool {
        self.options.dry_run
    }

    /// Posts, and says on standard error what was done.
    pub(crate) fn post(&self, posting: &Posting) -> Result<Exit, Vec<Fault>> {
        let outcome = match &self.client {
            Some(client) => post(client, &self.context, posting, &self.options)?,
            None if self.options.dry_run => unread(&self.context, posting, &self.options),
            None => Outcome {
                notes: vec![Note::ReadOnly { message: "there is no token".to_owned() }],
                unposted: Some(posting.comment.clone()),
                ..Outcome::default()
            },
        };
        if self.options.dry_run {
            output::write(None, false, |out| calls(out, &outcome.calls)).map_err(|fault| vec![fault])?;
        }
        if let Some(comment) = &outcome.unposted {
            self.summarise(comment).map_err(|fault| vec![fault])?;
        }
        self.say(&outcome);
        if outcome.faults.is_empty() { Ok(Exit::Holds) } else { Err(outcome.faults) }
    }

    /// Writes what could not be posted where a reader of the job finds it.
    fn summarise(&self, comment: &str) -> Result<(), Fault> {
        match &self.summary {
            Some(file) => output::append(Path::new(file), |out| writeln!(out, "{comment}")),
            None => output::write(None, false, |out| writeln!(out, "{comment}")),
        }
    }

    fn say(&self, outcome: &Outcome) {
        let what = match self.context.forge {
            Forge::Github => format!("{}#{}", self.context.project, self.context.number),
            Forge::Gitlab => format!("{}!{}", self.context.project, self.context.number),
        };
        let mut lines: Vec<String> = match (self.options.dry_run, &self.client) {
            (false, _) => outcome.calls.iter().map(|call| call.purpose.to_string()).collect(),
            (true, Some(_)) if outcome.calls.is_empty() => Vec::new(),
            (true, Some(_)) => vec!["a dry run: nothing is written".to_owned()],
            (true, None) => vec![
                "a dry run without a token: nothing is sent, and the calls that write are those of a pull request where \
                 nothing is there yet"
                    .to_owned(),
            ],
        };
        lines.extend(outcome.notes.iter().map(ToString::to_string));
        lines.extend(outcome.refused.iter().map(|(who, why)| format!("{who} is not asked: {why}")));
        if lines.is_empty() && outcome.faults.is_empty() {
            lines.push("everything is there already".to_owned());
        }
        let mut text = String::new();
        for line in lines {
            text += &format!("{}: {}\n", terminal(&what), terminal(&line));
        }
        // Where standard error is gone, nobody is left to be told.
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }
}

/// Refuses what was given and is empty.
fn not_empty(args: &PostArgs) -> Result<(), Vec<Fault>> {
    let file = args.token_file.as_ref().map(|file| file.to_string_lossy().into_owned());
    let given = [
        ("--repository", args.repository.as_deref()),
        ("--api-url", args.api_url.as_deref()),
        ("--as", args.login.as_deref()),
        ("--token-file", file.as_deref()),
    ];
    let empty = given.into_iter().filter(|(_, value)| value.is_some_and(|value| value.trim().is_empty()));
    let faults: Vec<Fault> = empty
        .map(|(flag, _)| {
            Fault::new(
                Code::EmptyValue,
                format!("`{flag}` is empty"),
                format!("leave `{flag}` out, or give it its value"),
            )
        })
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

fn client(
    args: &PostArgs,
    context: &Context,
    variables: &BTreeMap<String, String>,
) -> Result<Option<Client<'static>>, Fault> {
    let file = args.token_file.as_ref().map(|file| {
        let read = std::fs::read_to_string(file).map_err(|error| error.to_string());
        (file.to_string_lossy().into_owned(), read)
    });
    let file = file.as_ref().map(|(name, read)| (name.as_str(), read.clone()));
    let token = match find_token(context.forge, file, variables) {
        Ok(Some(token)) => token,
        Ok(None) if args.dry_run || context.fork => return Ok(None),
        // A secret arrives empty where it is not passed on, and to forks none is.
        Err(fault) if fault.code == Code::EmptyValue && context.fork => return Ok(None),
        Ok(None) => return Err(missing_token(context.forge)),
        Err(fault) => return Err(fault),
    };
    let roots = match variables.get("SSL_CERT_FILE").filter(|path| !path.is_empty()) {
        Some(path) => Some(std::fs::read(path).map_err(|error| {
            Fault::new(
                Code::ForgeApi,
                format!("the file `{path}` that SSL_CERT_FILE names cannot be read: {error}"),
                "it must hold certificates in PEM; unset it to believe Mozilla's",
            )
        })?),
        None => None,
    };
    let limits = Limits { max_wait: Duration::from_secs(args.max_wait), ..Limits::default() };
    Client::new(context, token, variables, roots.as_deref(), limits, &System).map(Some)
}

/// Prints calls, each with its body.
fn calls(out: &mut output::Out, calls: &[Call]) -> io::Result<()> {
    for call in calls {
        writeln!(out, "{} {}", call.method.as_str(), terminal(&call.url))?;
        if let Some(body) = &call.body {
            let body = serde_json::to_string_pretty(body).unwrap_or_default();
            for line in body.lines() {
                writeln!(out, "  {}", terminal(line))?;
            }
        }
    }
    Ok(())
}
