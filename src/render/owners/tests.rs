//! What is printed of owners: for scripts, for people, for programs.

use serde_json::Value;

use super::*;
use crate::attribute::owned;
use crate::render::fixture;

fn printed(paths: &[&[u8]], explain: bool, write: impl Fn(&mut Vec<u8>, &OwnersReport<'_>)) -> String {
    let policy = fixture::policy(fixture::FILES);
    let paths: Vec<RepoPath> = paths.iter().map(RepoPath::new).collect();
    let owned = owned(&policy, &paths);
    let mut out = Vec::new();
    let report = OwnersReport { policy: &policy, commit: None, paths: &paths, owned: &owned, explain };
    write(&mut out, &report);
    String::from_utf8(out).expect("every output is UTF-8")
}

fn tabs(paths: &[&[u8]]) -> String {
    printed(paths, false, |out, report| text(out, report, Layout::Tabs).expect("a vector takes all"))
}

fn document(paths: &[&[u8]], explain: bool) -> Value {
    let text = printed(paths, explain, |out, report| json(out, report).expect("a vector takes all"));
    serde_json::from_str(&text).expect("the document is JSON")
}

#[test]
fn a_line_has_three_cells_whatever_the_path() {
    let lines =
        tabs(&[b"packages/billing/a.go", b"docs/a\tb\n.md", b"LICENSE", b"x/\xff\x1b[31m", b"apps/gpu/m"]);
    assert_eq!(
        lines,
        "packages/billing/a.go\tbilling\t@billing\n\
         docs/a\\tb\\n.md\tbilling\t-\n\
         LICENSE\tbilling\t-\n\
         x/\u{fffd}\\x1b[31m\t(unmapped)\t-\n\
         apps/gpu/m\tgpu\t-\n"
    );
}

#[test]
fn columns_are_as_wide_as_their_widest_cell() {
    let lines = printed(&[b"packages/billing/a.go", b"x"], false, |out, report| {
        text(out, report, Layout::Columns).expect("a vector takes all");
    });
    let plain = anstream::adapter::strip_str(&lines).to_string();
    assert_eq!(plain, "packages/billing/a.go  billing     @billing\nx                      (unmapped)  -\n");
}

#[test]
fn as_many_paths_as_are_written_in_threads_come_out_in_order() {
    let paths: Vec<String> =
        (0..9000).map(|index| format!("packages/pki/{:05}", (index * 7919) % 9000)).collect();
    let bytes: Vec<&[u8]> = paths.iter().map(String::as_bytes).collect();
    let expected: String = paths.iter().map(|path| format!("{path}\tpki\t-\n")).collect();
    assert_eq!(tabs(&bytes), expected);
    let document = document(&bytes, false);
    let listed = document["paths"].as_array().expect("a list");
    assert!(listed.iter().map(|one| one["path"].as_str()).eq(paths.iter().map(|path| Some(path.as_str()))));
}

#[test]
fn the_document_has_what_the_lines_leave_out() {
    let document = document(&[b"packages/billing/events/paid.json", b"LICENSE", b"x/\xff"], false);
    assert_eq!((&document["schema"], &document["unmapped"]), (&OWNERS_V1.into(), &1.into()));
    let [paid, licence, unmapped] = document["paths"].as_array().expect("a list").as_slice() else {
        panic!("three paths")
    };
    assert_eq!(paid["contracts"], serde_json::json!(["event:invoice.paid"]));
    assert_eq!(paid["rows"].as_array().map(Vec::len), Some(2));
    assert_eq!((&paid["exempt"], &licence["exempt"]), (&false.into(), &true.into()));
    assert_eq!((&unmapped["mapped"], &unmapped["path_bytes"]), (&false.into(), &"782fff".into()));
    assert!(paid.get("path_bytes").is_none() && paid.get("candidates").is_none());
}

#[test]
fn an_explanation_names_the_winner_and_the_losers() {
    let candidates = &document(&[b"packages/billing/events/paid.json"], true)["paths"][0]["candidates"];
    let said: Vec<_> = candidates
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| (one["outcome"].as_str(), one["line"].as_u64(), one["pattern"].as_str()))
        .collect();
    assert_eq!(
        said,
        [
            (Some("owns"), Some(3), Some("packages/billing/**")),
            (Some("attaches"), Some(3), Some("packages/billing/events/**")),
        ]
    );
    let text = printed(&[b"packages/billing/events/paid.json", b"no\x1b"], true, |out, report| {
        text(out, report, Layout::Tabs).expect("a vector takes all");
    });
    let plain = anstream::adapter::strip_str(&text).to_string();
    assert_eq!(
        plain,
        "packages/billing/events/paid.json\n\
         \x20 domains    billing\n\
         \x20 reviewers  @billing\n\
         \x20 owns       ownership-maps/package-ownership.md:3  `packages/billing/**`  billing: no other owning row matches\n\
         \x20 attaches   ownership-maps/event-ownership.md:3  `packages/billing/events/**`  billing: event:invoice.paid\n\
         \n\
         no\\x1b\n\
         \x20 unmapped: no row owns it\n"
    );
}
