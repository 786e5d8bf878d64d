//! The texts that are posted, made to fit.

/// What the comment begins with: it is found again by this, and by who wrote it.
pub(super) use crate::render::reviewers::markdown::MARKER;
use crate::roster::Forge;

/// The name that the commit status has among others.
pub(super) const STATUS: &str = "laneway/route";

/// How many characters a comment may have.
pub(super) const fn comment_most(forge: Forge) -> usize {
    match forge {
        Forge::Github => 65_536,
        Forge::Gitlab => 1_000_000,
    }
}

/// Returns the comment as it is posted, behind its marker, and how many characters it had if it was cut.
pub(super) fn comment(forge: Forge, text: &str) -> (String, Option<usize>) {
    let most = comment_most(forge);
    let text = match forge {
        Forge::Github => text.replace('\0', "\u{fffd}"),
        Forge::Gitlab => without_quick_actions(&text.replace('\0', "\u{fffd}")),
    };
    // The page that the renderer writes begins with it already.
    let whole = match text.strip_prefix(MARKER) {
        Some(_) => text.trim_end().to_owned(),
        None => format!("{MARKER}\n{}", text.trim_end()),
    };
    let characters = width(&whole);
    if characters <= most {
        return (whole, None);
    }
    let note = format!(
        "\n\n**The rest is cut**: the comment has {characters} characters, and {most} fit. The job's log has all of it."
    );
    // Room for what closes a block that the cut leaves open.
    let room = most - width(&note) - 200;
    let mut kept = whole[..end_of(&whole, room)].to_owned();
    // At the end of a line, unless that line is endless.
    if let Some(line) = kept.rfind('\n').filter(|line| line + 4_000 > kept.len()) {
        kept.truncate(line);
    }
    close(&mut kept);
    (kept + &note, Some(characters))
}

/// Counts as the stricter of the ways in which forges do: a character beyond the first 65,536 counts twice.
fn width(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// Returns the byte at which so many characters end.
fn end_of(text: &str, room: usize) -> usize {
    let mut used = 0;
    for (at, character) in text.char_indices() {
        used += character.len_utf16();
        if used > room {
            return at;
        }
    }
    text.len()
}

/// Closes the code block and the folded parts that a cut left open.
fn close(text: &mut String) {
    let mut fence = None;
    for line in text.lines() {
        let line = line.trim_start();
        let mark: String = line.chars().take_while(|character| matches!(character, '`' | '~')).collect();
        match &fence {
            None if mark.len() >= 3 => fence = Some(mark),
            Some(open) if mark.starts_with(open.as_str()) && line.trim_end() == mark => fence = None,
            _ => {}
        }
    }
    if let Some(fence) = fence.filter(|fence| fence.len() <= 20) {
        *text += &format!("\n{fence}");
    }
    let open = text.matches("<details").count().saturating_sub(text.matches("</details>").count());
    for _ in 0..open.min(10) {
        *text += "\n</details>";
    }
}

/// Takes away that GitLab acts on a line that begins with `/`: `/approve`, `/merge`, and others.
fn without_quick_actions(text: &str) -> String {
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| {
            let start = line.trim_start();
            match start.strip_prefix('/') {
                Some(rest) => format!("{}&#47;{rest}", &line[..line.len() - start.len()]),
                None => line.to_owned(),
            }
        })
        .collect();
    lines.join("\n")
}

/// Returns a description of one line that has room.
pub(super) fn description(forge: Forge, text: &str) -> String {
    let most = match forge {
        Forge::Github => 140,
        Forge::Gitlab => 255,
    };
    let line: Vec<&str> =
        text.split(|character: char| character.is_control()).filter(|part| !part.is_empty()).collect();
    let line = line.join(" ");
    if width(&line) <= most {
        return line;
    }
    format!("{}…", line[..end_of(&line, most - 1)].trim_end())
}

/// Says whether two comments are the same for a reader: forges may change line ends, and blanks at the end.
pub(super) fn same(left: &str, right: &str) -> bool {
    let plain = |text: &str| text.replace("\r\n", "\n").trim_end().to_owned();
    plain(left) == plain(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_fits_and_says_what_was_cut() {
        assert_eq!(comment(Forge::Github, "short\n"), (format!("{MARKER}\nshort"), None));
        assert_eq!(comment(Forge::Github, &format!("{MARKER}\nshort")), (format!("{MARKER}\nshort"), None));
        for line in ["plain line\n", "ünï – cödé 😀\n", "😀"] {
            let text = line.repeat(40_000);
            let (cut, characters) = comment(Forge::Github, &text);
            assert!(width(&cut) <= 65_536, "{}", width(&cut));
            assert!(width(&cut) > 60_000, "{}", width(&cut));
            assert!(cut.starts_with(MARKER) && cut.contains("The rest is cut"));
            assert_eq!(characters, Some(width(text.trim_end()) + width(MARKER) + 1));
        }
    }

    #[test]
    fn a_cut_closes_what_is_open() {
        let text =
            format!("<details><summary>all</summary>\n\n````text\n{}", "a line ``` of code\n".repeat(9_000));
        let (cut, _) = comment(Forge::Github, &text);
        assert!(
            cut.contains("a line ``` of code\n````\n</details>\n\n**The rest is cut**"),
            "{}",
            &cut[cut.len() - 300..]
        );
    }

    #[test]
    fn gitlab_is_given_no_quick_actions() {
        let (note, _) = comment(Forge::Gitlab, "/approve\n  /merge\na /close\n| /x |");
        assert_eq!(note, format!("{MARKER}\n&#47;approve\n  &#47;merge\na /close\n| /x |"));
        assert_eq!(comment(Forge::Github, "/approve").0, format!("{MARKER}\n/approve"));
    }

    #[test]
    fn a_description_is_one_line_that_fits() {
        assert_eq!(description(Forge::Github, "two\nlines\u{7}"), "two lines");
        let long = description(Forge::Github, &"word ".repeat(60));
        assert!(long.chars().count() <= 140 && long.ends_with('…'), "{long}");
        assert!(description(Forge::Gitlab, &"ä".repeat(300)).chars().count() == 255);
    }
}
