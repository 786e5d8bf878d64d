//! Output that would drive a terminal, and lines that come in pieces.

use std::time::Duration;

use super::{Lines, seconds, shown};

#[test]
fn colours_stay_and_nothing_else_drives_the_terminal() {
    assert_eq!(shown(b"a\x1b[1;31mred\x1b[0m\tb\r\nc"), "a\x1b[1;31mred\x1b[0m\tb\nc");
    assert_eq!(shown(b"\x1b[2J\x1b]0;title\x07\x1b"), "\\x1b[2J\\x1b]0;title\\x07\\x1b");
    assert_eq!(shown(b"10%\r20%\r"), "10%\n20%\n");
    assert_eq!(shown(b"\xff\xe2\x80\xae\x1b[31"), "\u{fffd}\\u{202e}\\x1b[31");
}

#[test]
fn lines_are_whole_unless_they_are_endless() {
    let mut lines = Lines::default();
    assert!(lines.push(b"one").is_empty());
    assert_eq!(lines.push(b" line\ntwo\nth"), [b"one line".to_vec(), b"two".to_vec()]);
    assert_eq!(lines.finish(), Some(b"th".to_vec()));
    assert_eq!(lines.finish(), None);
    assert_eq!(lines.push(&[b'x'; 40_000]).len(), 2);
}

#[test]
fn times_fit_their_column() {
    let said =
        [0.004, 0.25, 3.24, 61.0, 3_720.0].map(|time| seconds(Duration::from_secs_f64(time)).into_owned());
    assert_eq!(said, ["0.00s", "0.25s", "3.2s", "1m 01s", "1h 02m"]);
}
