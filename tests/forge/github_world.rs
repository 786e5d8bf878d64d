//! One pull request of GitHub, as far as posting sees it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::server::{Reply, Request, Server};

pub(crate) const TOKEN: &str = "ghs_16C7e42F292c6912E7710c838347Ae178B4a";
pub(crate) const HEAD: &str = "6dcb09b5b57875f334f61aebed695e2e4193db5e";

/// What GitHub has.
#[derive(Clone, Debug)]
pub(crate) struct Github {
    pub(crate) state: &'static str,
    pub(crate) merged: bool,
    pub(crate) draft: bool,
    pub(crate) author: &'static str,
    pub(crate) head: String,
    pub(crate) fork: bool,
    /// Every write is refused as it is for the token of a fork's run.
    pub(crate) read_only: bool,
    /// Who the token is; `None` is an app's, which may not ask.
    pub(crate) me: Option<&'static str>,
    /// Who the token writes as.
    pub(crate) writer: &'static str,
    pub(crate) requested: Vec<String>,
    pub(crate) teams: Vec<String>,
    pub(crate) strangers: BTreeSet<&'static str>,
    /// Taken without a word, and not listed.
    pub(crate) dropped: BTreeSet<&'static str>,
    pub(crate) reviews: Vec<Option<&'static str>>,
    pub(crate) comments: Vec<(u64, String, String)>,
    pub(crate) next: u64,
    pub(crate) statuses: Vec<(String, Value)>,
    /// Other open pull requests: whom each asks.
    pub(crate) others: Vec<Vec<&'static str>>,
    /// How many entries a page has at most, whatever is asked for.
    pub(crate) page: usize,
}

impl Default for Github {
    fn default() -> Self {
        Self {
            state: "open",
            merged: false,
            draft: false,
            author: "ada",
            head: HEAD.to_owned(),
            fork: false,
            read_only: false,
            me: None,
            writer: "github-actions[bot]",
            requested: Vec::new(),
            teams: Vec::new(),
            strangers: BTreeSet::new(),
            dropped: BTreeSet::new(),
            reviews: Vec::new(),
            comments: Vec::new(),
            next: 100,
            statuses: Vec::new(),
            others: Vec::new(),
            page: 100,
        }
    }
}

/// Starts a server with this pull request; its state can be looked at.
pub(crate) fn start(github: Github) -> (Server, Arc<Mutex<Github>>) {
    let world = Arc::new(Mutex::new(github));
    let of_server = Arc::clone(&world);
    (Server::new(move |request| of_server.lock().unwrap().answer(request)), world)
}

impl Github {
    fn answer(&mut self, request: &Request) -> Reply {
        if request.header("authorization") != format!("Bearer {TOKEN}") {
            return Reply::message(401, "Bad credentials");
        }
        if request.header("accept") != "application/vnd.github+json"
            || request.header("x-github-api-version") != "2022-11-28"
            || !request.header("user-agent").starts_with("laneway/")
        {
            return Reply::message(415, "a header is missing");
        }
        if request.writes() && self.read_only {
            return Reply::message(403, "Resource not accessible by integration");
        }
        let Some(path) = request.path.strip_prefix("/repos/acme/shop") else {
            return match (request.path.as_str(), self.me) {
                ("/user", Some(login)) => Reply::json(200, &json!({ "login": login, "id": 1 })),
                ("/user", None) => Reply::message(403, "Resource not accessible by integration"),
                _ => Reply::message(404, "Not Found"),
            };
        };
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        match (request.method.as_str(), parts.as_slice()) {
            ("GET", ["pulls"]) => {
                let users =
                    |all: &[&str]| all.iter().map(|login| json!({ "login": login })).collect::<Vec<_>>();
                let mut all = vec![json!({ "number": 7, "requested_reviewers": users(&["bo"]) })];
                let other = |(at, asked): (usize, &Vec<&str>)| json!({ "number": 100 + at, "requested_reviewers": users(asked) });
                all.extend(self.others.iter().enumerate().map(other));
                self.paged(request, &all)
            }
            ("GET", ["pulls", "7"]) => Reply::json(200, &self.pull_request()),
            ("GET", ["pulls", "7", "reviews"]) => {
                let review = |login: &Option<&str>| json!({ "id": 1, "user": login.map(|login| json!({ "login": login })), "state": "COMMENTED" });
                let all: Vec<Value> = self.reviews.iter().map(review).collect();
                self.paged(request, &all)
            }
            ("POST", ["pulls", "7", "requested_reviewers"]) => self.request_reviews(&request.body),
            ("GET", ["issues", "7", "comments"]) => {
                let all: Vec<Value> = self.comments.iter().map(comment).collect();
                self.paged(request, &all)
            }
            ("POST", ["issues", "7", "comments"]) => self.write_comment(None, &request.body),
            ("PATCH", ["issues", "comments", id]) => self.write_comment(id.parse().ok(), &request.body),
            ("DELETE", ["issues", "comments", id]) => {
                let before = self.comments.len();
                self.comments.retain(|(known, ..)| known.to_string() != *id);
                if self.comments.len() < before {
                    Reply { status: 204, headers: Vec::new(), body: String::new() }
                } else {
                    Reply::message(404, "Not Found")
                }
            }
            ("GET", ["commits", sha, "status"]) => {
                // The newest of each context.
                let mut newest: Vec<&Value> = Vec::new();
                for (of, status) in self.statuses.iter().rev() {
                    if of == sha && newest.iter().all(|known| known["context"] != status["context"]) {
                        newest.push(status);
                    }
                }
                Reply::json(200, &json!({ "state": "success", "statuses": newest, "sha": sha }))
            }
            ("POST", ["statuses", sha]) => self.set_status(sha, &request.body),
            _ => Reply::message(404, "Not Found"),
        }
    }

    fn pull_request(&self) -> Value {
        let users: Vec<Value> = self.requested.iter().map(|login| json!({ "login": login })).collect();
        let teams: Vec<Value> = self.teams.iter().map(|slug| json!({ "slug": slug })).collect();
        let from = if self.fork { "ada/shop" } else { "acme/shop" };
        json!({
            "number": 7, "state": self.state, "merged": self.merged, "draft": self.draft,
            "user": { "login": self.author }, "requested_reviewers": users, "requested_teams": teams,
            "head": { "sha": self.head, "repo": { "full_name": from } },
            "base": { "sha": "base", "repo": { "full_name": "acme/shop" } },
        })
    }

    fn request_reviews(&mut self, body: &Value) -> Reply {
        let names = |key: &str| -> Vec<String> {
            body[key].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
        };
        let (people, teams) = (names("reviewers"), names("team_reviewers"));
        if people.len() + teams.len() > 15 {
            return Reply::message(422, "Could not add requested reviewers to pull request.");
        }
        if people.iter().any(|login| login == self.author) {
            return Reply::message(422, "Review cannot be requested from pull request author.");
        }
        if people.iter().chain(&teams).any(|name| self.strangers.contains(name.as_str())) {
            let message = "Reviews may only be requested from collaborators. One or more of the users or teams you \
                           specified is not a collaborator of the acme/shop repository.";
            return Reply::message(422, message);
        }
        for login in people {
            if !self.requested.contains(&login) && !self.dropped.contains(login.as_str()) {
                self.requested.push(login);
            }
        }
        for slug in teams {
            if !self.teams.contains(&slug) {
                self.teams.push(slug);
            }
        }
        Reply::json(201, &self.pull_request())
    }

    fn write_comment(&mut self, id: Option<u64>, body: &Value) -> Reply {
        let body = body["body"].as_str().unwrap().to_owned();
        if body.chars().count() > 65_536 {
            return Reply::message(422, "Body is too long (maximum is 65536 characters)");
        }
        let Some(id) = id else {
            self.next += 1;
            self.comments.push((self.next, self.writer.to_owned(), body));
            return Reply::json(201, &comment(self.comments.last().unwrap()));
        };
        match self.comments.iter_mut().find(|(known, ..)| *known == id) {
            Some(found) if found.1 == self.writer => {
                found.2 = body;
                Reply::json(200, &comment(found))
            }
            Some(_) => Reply::message(403, "Must have admin rights to Repository."),
            None => Reply::message(404, "Not Found"),
        }
    }

    fn set_status(&mut self, sha: &str, body: &Value) -> Reply {
        if body["description"].as_str().unwrap().chars().count() > 140 {
            return Reply::message(422, "description is too long (maximum is 140 characters)");
        }
        assert!(["success", "error", "failure", "pending"].contains(&body["state"].as_str().unwrap()));
        self.statuses.push((sha.to_owned(), body.clone()));
        Reply::json(201, body)
    }

    fn paged(&self, request: &Request, all: &[Value]) -> Reply {
        let number = |key| request.asked(key).and_then(|value| value.parse::<usize>().ok()).unwrap_or(1);
        let (page, size) = (number("page"), number("per_page").min(self.page));
        let part: Vec<&Value> = all.iter().skip((page - 1) * size).take(size).collect();
        let reply = Reply::json(200, &json!(part));
        // The address leads elsewhere: only that there is another page may be believed.
        let next = if page * size < all.len() { "rel=\"next\"" } else { "rel=\"first\"" };
        reply.with("link", format!("<https://evil.example/steal?page={}>; {next}", page + 1))
    }

    /// Returns the comments of the one who writes.
    pub(crate) fn ours(&self) -> Vec<&str> {
        self.comments
            .iter()
            .filter(|(_, login, _)| login == self.writer)
            .map(|(.., body)| body.as_str())
            .collect()
    }
}

fn comment((id, login, body): &(u64, String, String)) -> Value {
    json!({ "id": id, "user": { "login": login }, "body": body })
}
