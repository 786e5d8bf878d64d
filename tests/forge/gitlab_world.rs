//! One merge request of GitLab, as far as posting sees it.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::server::{Reply, Request, Server};

pub(crate) const TOKEN: &str = "glpat-AbCdEfGhIjKlMnOpQrSt";
pub(crate) const HEAD: &str = "18f3e63d05582537db6d183d9d557be09e1f90c8";

/// What GitLab has.
#[derive(Clone, Debug)]
pub(crate) struct Gitlab {
    pub(crate) state: &'static str,
    pub(crate) draft: bool,
    pub(crate) fork: bool,
    pub(crate) head: String,
    /// Everybody, by number.
    pub(crate) users: Vec<(u64, &'static str)>,
    pub(crate) reviewers: Vec<u64>,
    /// How many reviewers it keeps: a free GitLab one.
    pub(crate) most: usize,
    /// Notes: number, who, text, whether the system wrote it.
    pub(crate) notes: Vec<(u64, String, String, bool)>,
    pub(crate) next: u64,
    pub(crate) statuses: Vec<(String, Value)>,
    pub(crate) page: usize,
}

impl Default for Gitlab {
    fn default() -> Self {
        Self {
            state: "opened",
            draft: false,
            fork: false,
            head: HEAD.to_owned(),
            users: vec![(1, "ada"), (2, "Bo"), (3, "cy"), (9, "project_5_bot")],
            reviewers: Vec::new(),
            most: 100,
            notes: Vec::new(),
            next: 300,
            statuses: Vec::new(),
            page: 100,
        }
    }
}

/// Starts a server with this merge request; its state can be looked at.
pub(crate) fn start(gitlab: Gitlab) -> (Server, Arc<Mutex<Gitlab>>) {
    let world = Arc::new(Mutex::new(gitlab));
    let of_server = Arc::clone(&world);
    (Server::new(move |request| of_server.lock().unwrap().answer(request)), world)
}

impl Gitlab {
    fn answer(&mut self, request: &Request) -> Reply {
        let path = request.path.strip_prefix("/api/v4/").unwrap_or("elsewhere");
        let parts: Vec<&str> = path.split('/').collect();
        let job = request.header("job-token") == "job";
        if !job && request.header("private-token") != TOKEN {
            return Reply::message(401, "401 Unauthorized");
        }
        // A job's token reads merge requests and their notes.
        if job && (request.writes() || parts.get(2) != Some(&"merge_requests")) {
            return Reply::message(401, "401 Unauthorized");
        }
        let user = |id: u64| {
            let name = self.users.iter().find(|(known, _)| *known == id).map(|(_, name)| *name);
            json!({ "id": id, "username": name })
        };
        match (request.method.as_str(), parts.as_slice()) {
            ("GET", ["user"]) => Reply::json(200, &user(9)),
            ("GET", ["users"]) => {
                let asked = request.asked("username").unwrap();
                let found = self.users.iter().filter(|(_, name)| name.eq_ignore_ascii_case(&asked));
                Reply::json(200, &found.map(|(id, _)| user(*id)).collect())
            }
            ("GET", ["projects", "acme%2Fshop", "merge_requests"]) => {
                let one = |iid: u64, ids: &[u64]| json!({ "iid": iid, "reviewers": ids.iter().map(|id| user(*id)).collect::<Vec<_>>() });
                self.paged(request, &[one(4, &[3]), one(5, &[2, 3]), one(6, &[2])])
            }
            ("GET", ["projects", "acme%2Fshop", "merge_requests", "4"]) => {
                Reply::json(200, &self.merge_request())
            }
            ("PUT", ["projects", "acme%2Fshop", "merge_requests", "4"]) => {
                let ids = request.body["reviewer_ids"].as_array().unwrap();
                self.reviewers = ids.iter().map(|id| id.as_u64().unwrap()).take(self.most).collect();
                Reply::json(200, &self.merge_request())
            }
            ("GET", ["projects", "acme%2Fshop", "merge_requests", "4", "notes"]) => {
                let all: Vec<Value> = self.notes.iter().map(note).collect();
                self.paged(request, &all)
            }
            ("POST", ["projects", "acme%2Fshop", "merge_requests", "4", "notes"]) => {
                self.next += 1;
                let body = request.body["body"].as_str().unwrap().to_owned();
                self.notes.push((self.next, "project_5_bot".to_owned(), body, false));
                Reply::json(201, &note(self.notes.last().unwrap()))
            }
            ("PUT", ["projects", "acme%2Fshop", "merge_requests", "4", "notes", id]) => {
                match self.notes.iter_mut().find(|(known, ..)| known.to_string() == *id) {
                    Some(found) => {
                        found.2 = request.body["body"].as_str().unwrap().to_owned();
                        Reply::json(200, &note(found))
                    }
                    None => Reply::message(404, "404 Not found"),
                }
            }
            ("DELETE", ["projects", "acme%2Fshop", "merge_requests", "4", "notes", id]) => {
                self.notes.retain(|(known, ..)| known.to_string() != *id);
                Reply { status: 204, headers: Vec::new(), body: String::new() }
            }
            ("GET", ["projects", "acme%2Fshop", "repository", "commits", sha, "statuses"]) => {
                let name = request.asked("name").unwrap();
                let newest =
                    self.statuses.iter().rev().find(|(of, status)| of == sha && status["name"] == name);
                let newest: Vec<Value> = newest.map(|(_, status)| status.clone()).into_iter().collect();
                Reply::json(200, &json!(newest))
            }
            ("POST", ["projects", "acme%2Fshop", "statuses", sha]) => {
                let body = &request.body;
                assert!(["success", "failed", "pending"].contains(&body["state"].as_str().unwrap()));
                let status = json!({ "name": body["name"], "status": body["state"], "description": body["description"], "target_url": body["target_url"] });
                self.statuses.push(((*sha).to_owned(), status.clone()));
                Reply::json(201, &status)
            }
            _ => Reply::message(404, "404 Not Found"),
        }
    }

    fn merge_request(&self) -> Value {
        let user = |id: &u64| {
            let name = self.users.iter().find(|(known, _)| known == id).map(|(_, name)| *name);
            json!({ "id": id, "username": name })
        };
        json!({
            "iid": 4, "state": self.state, "draft": self.draft, "sha": self.head, "author": user(&1),
            "reviewers": self.reviewers.iter().map(user).collect::<Vec<_>>(),
            "source_project_id": if self.fork { 6 } else { 5 }, "target_project_id": 5,
        })
    }

    fn paged(&self, request: &Request, all: &[Value]) -> Reply {
        let number = |key| request.asked(key).and_then(|value| value.parse::<usize>().ok()).unwrap_or(1);
        let (page, size) = (number("page"), number("per_page").min(self.page));
        let part: Vec<&Value> = all.iter().skip((page - 1) * size).take(size).collect();
        let next = if page * size < all.len() { (page + 1).to_string() } else { String::new() };
        Reply::json(200, &json!(part)).with("x-next-page", next)
    }
}

fn note((id, who, body, system): &(u64, String, String, bool)) -> Value {
    json!({ "id": id, "author": { "id": 1, "username": who }, "body": body, "system": system })
}
