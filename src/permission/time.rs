//! From when and until when: days, points in time, and how long from now.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// How a time is written, as help says it.
pub(crate) const HOW: &str = "write a day as 2026-12-20, or a time with its zone as 2026-12-20T18:00:00Z";

/// Reads a point in time as RFC 3339 has it: with its zone, down to the second.
pub(crate) fn point(text: &str) -> Option<Timestamp> {
    let plain = |byte: u8| {
        byte.is_ascii_digit() || matches!(byte, b'T' | b't' | b'Z' | b'z' | b':' | b'.' | b'+' | b'-')
    };
    let is_shaped = text.len() >= 20
        && text.bytes().all(plain)
        && text.as_bytes()[16] == b':'
        && matches!(text.as_bytes()[10], b'T' | b't');
    if is_shaped { text.parse().ok() } else { None }
}

/// Reads when something begins: a day, which means its first moment in UTC, or a point in time.
pub(crate) fn beginning(text: &str) -> Option<Timestamp> {
    match day(text) {
        Some(day) => day.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp()),
        None => point(text),
    }
}

/// Reads when something ends: a day, which is the last one and means the first moment after it in UTC, or a point in time.
pub(crate) fn end(text: &str) -> Option<Timestamp> {
    match day(text) {
        Some(day) => {
            let next = day.tomorrow().ok()?.to_datetime(Time::midnight());
            next.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
        }
        None => point(text),
    }
}

/// Reads when something that begins `now` ends: `3d`, `12h`, a day, or a point in time; or says what is wrong with it.
pub fn expiry(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    let how = || format!("write how long as `3d` or `12h`, or {}", HOW.trim_start_matches("write "));
    let length = [("d", 24), ("h", 1)].iter().find_map(|(unit, hours)| {
        let digits = text.strip_suffix(unit)?;
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| digits.parse::<i64>().ok().and_then(|number| number.checked_mul(*hours)))
    });
    match length {
        Some(Some(0)) => Err("it ends when it begins".to_owned()),
        Some(hours) => {
            // Longer than the calendar is as good as unreadable.
            let length = hours.filter(|hours| *hours < 1 << 32).map(SignedDuration::from_hours);
            let end = length.and_then(|length| now.checked_add(length).ok());
            end.ok_or_else(|| "it ends after the calendar does".to_owned())
        }
        None => end(text).ok_or_else(how),
    }
}

fn day(text: &str) -> Option<Date> {
    // The parser takes other forms as well.
    let is_shaped = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    if is_shaped { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_begins_at_its_first_moment_and_ends_after_its_last() {
        assert_eq!(beginning("2026-12-31"), Some(at("2026-12-31T00:00:00Z")));
        assert_eq!(end("2026-12-31"), Some(at("2027-01-01T00:00:00Z")));
        assert_eq!(end("2026-12-31T18:00:00+02:00"), Some(at("2026-12-31T16:00:00Z")));
        assert_eq!(point("2026-12-31t18:00:00.5z"), Some(at("2026-12-31T18:00:00.5Z")));
    }

    #[test]
    fn what_has_no_zone_or_no_date_is_no_time() {
        let wrong = [
            "",
            "2026-12-31T18:00:00",
            "2026-12-31 18:00:00Z",
            "2026-12-31T18Z",
            "20261231T180000Z",
            "2026-02-30",
            "2026-2-3",
            "2026-12-31T18:00:00Z[Europe/Paris]",
            "tomorrow",
            "1798761600",
        ];
        for text in wrong {
            assert_eq!(end(text), None, "{text}");
            assert_eq!(beginning(text), None, "{text}");
        }
    }

    #[test]
    fn a_length_counts_from_now() {
        let now = at("2026-11-22T08:00:00Z");
        assert_eq!(expiry("3d", now), Ok(at("2026-11-25T08:00:00Z")));
        assert_eq!(expiry("12h", now), Ok(at("2026-11-22T20:00:00Z")));
        assert_eq!(expiry("2026-11-23", now), Ok(at("2026-11-24T00:00:00Z")));
        let wrong =
            ["", "d", "0d", "-1d", "1w", "3 d", "1.5h", "99999999999999999999d", "4000000000h", "3D", "∞d"];
        for text in wrong {
            assert!(expiry(text, now).is_err(), "{text}");
        }
    }
}
