//! File lists, as `--files` and `--files-from` take them.

#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

use laneway::fault::{Code, Fault};
use laneway::files_from::{Format, Listed, from_arguments, parse};

fn paths(list: &[Listed]) -> Vec<&[u8]> {
    list.iter().map(|file| file.path.as_bytes()).collect()
}

fn letters(list: &[Listed]) -> String {
    list.iter().map(|file| file.status.map_or('-', |status| status.letter())).collect()
}

fn read(bytes: &[u8]) -> Vec<Listed> {
    parse("list", bytes, Format::Auto).unwrap()
}

/// Returns the one fault of a list, with the text that it underlines.
fn wrong(bytes: &[u8]) -> (Fault, String) {
    let mut faults = parse("list", bytes, Format::Auto).unwrap_err();
    assert_eq!(faults.len(), 1, "{faults:?}");
    let fault = faults.remove(0);
    assert_eq!(fault.code, Code::FileList);
    let text = fault.place.as_ref().map(|place| place.source.text()[place.span.clone()].to_owned());
    (fault, text.unwrap_or_default())
}

#[test]
fn lines() {
    assert_eq!(paths(&read(b"a.txt\ndir/b c.txt\n")), [b"a.txt".as_slice(), b"dir/b c.txt"]);
    assert_eq!(paths(&read(b"a.txt\r\n./b.txt")), [b"a.txt".as_slice(), b"b.txt"]);
    assert_eq!(
        paths(&read(b"[id].tsx\n[slug]/page.tsx\n{x}\n")),
        [b"[id].tsx".as_slice(), b"[slug]/page.tsx", b"{x}"]
    );
    assert_eq!(paths(&read(b"latin1-\xe9.txt\n")), [b"latin1-\xe9.txt".as_slice()]);
}

#[test]
fn quoted_lines() {
    assert_eq!(paths(&read(b"\"a\\tb\\303\\251\\\"\\\\.txt\"\n")), [b"a\tb\xc3\xa9\"\\.txt".as_slice()]);
    for broken in [&b"\"a\\q\"\n"[..], b"\"a\\8\"\n", b"\"a\\30\"\n", b"\"a\\\"\n", b"\"a\"b\"\n"] {
        let (fault, text) = wrong(broken);
        assert!(fault.message.contains("git quotes"), "{}", fault.message);
        assert_eq!(text.as_bytes(), &broken[..broken.len() - 1]);
    }
}

#[test]
fn nul() {
    assert_eq!(paths(&read(b"a\nb\0 \"c\" \0d\xff\0")), [b"a\nb".as_slice(), b" \"c\" ", b"d\xff"]);
    let (fault, text) = wrong(b"a\0cut");
    assert!(fault.message.contains("cut"));
    assert_eq!(text, "cut");
}

#[test]
fn json() {
    let list = read(br#" ["a.txt", {"path": "b.txt", "status": "deleted"}, {"path_bytes": "64ff"}]"#);
    assert_eq!(paths(&list), [b"a.txt".as_slice(), b"b.txt", b"d\xff"]);
    assert_eq!(letters(&list), "-D-");
    assert_eq!(read(b"[]"), []);
    assert_eq!(read(br#"{"schema": "x", "files": ["a\tb"], "more": [1]}"#).len(), 1);
}

#[test]
fn json_of_a_pull_request() {
    let list = read(
        br#"[{"sha": "x", "filename": "new.txt", "status": "renamed", "previous_filename": "old.txt", "changes": 0},
             {"filename": "c.txt", "status": "removed"}, {"filename": "d.txt", "status": "changed"}]"#,
    );
    assert_eq!(paths(&list), [b"new.txt".as_slice(), b"old.txt", b"c.txt", b"d.txt"]);
    assert_eq!(letters(&list), "ADDM");
    assert_eq!(list[0].previous_path.as_ref().unwrap().as_str(), Some("old.txt"));
}

#[test]
fn json_that_is_none() {
    let (fault, text) = wrong(b"[\"a.txt\",\n \"b.txt\"");
    assert!(fault.message.contains("EOF"), "{}", fault.message);
    assert_eq!(text, "\"");
    assert_eq!(wrong(br#"["a.txt", 12]"#).1, "2");
    assert_eq!(wrong(br#"["a.txt", {"path": "b", "status": "gone"}]"#).1, "gone");
    assert_eq!(wrong(br#"["a.txt", "/b"]"#).1, "/b");
    assert_eq!(wrong(br#"[{"path_bytes": "6"}]"#).1, "6");
    assert_eq!(wrong(br#"[{"status": "added"}]"#).1, "[");
    assert_eq!(wrong(b"[\"a.txt\", \"\xff\"]").1, "\u{fffd}");
    assert_eq!(wrong(br#"{"folders": []}"#).0.code, Code::FileList);
}

#[test]
fn nothing_is_no_list() {
    for format in [Format::Auto, Format::Lines, Format::Nul, Format::Json] {
        let faults = parse("standard input", b"", format).unwrap_err();
        assert!(faults[0].message.contains("standard input") && faults[0].help.contains("`[]`"));
    }
}

#[test]
fn every_wrong_path_is_told() {
    let faults = parse("list", b"/abs\nok\n\n../up\na//b\ndir/\n\xff/./x\n", Format::Auto).unwrap_err();
    let lines: Vec<u32> = faults.iter().map(|fault| fault.place.as_ref().unwrap().line()).collect();
    assert_eq!(lines, [1, 3, 4, 5, 6, 7]);
    let last = faults.last().unwrap().place.as_ref().unwrap();
    assert_eq!(&last.source.text()[last.span.clone()], "\u{fffd}/./x");
}

#[test]
fn arguments() {
    assert_eq!(paths(&from_arguments([&b"a.txt"[..], b"./b"]).unwrap()), [b"a.txt".as_slice(), b"b"]);
    let faults = from_arguments([&b""[..], b"/abs"]).unwrap_err();
    assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), [Code::EmptyValue, Code::FileList]);
}
