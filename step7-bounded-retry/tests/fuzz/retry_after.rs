//! `Retry-After` against another reading of [RFC 9110](https://www.rfc-editor.org/rfc/rfc9110),
//! sections 5.6.7 and 10.2.3: slow, plain, and by somebody else.

use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use step7_bounded_retry::engine::retry_after;

use crate::edits::edited;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
/// The first of January 1970 was a Thursday.
const DAYS: [&str; 7] = [
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
];

/// A date and a time as they are written, whether they exist or not.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Date {
    /// Of the week, from 0.
    weekday: u64,
    day: u64,
    /// From 0.
    month: usize,
    year: u64,
    hour: u64,
    minute: u64,
    second: u64,
}

#[derive(Clone, Copy, Debug)]
enum Format {
    Imf,
    Rfc850,
    Asctime,
}

impl Date {
    fn write(self, format: Format) -> String {
        let Self {
            day,
            year,
            hour,
            minute,
            second,
            ..
        } = self;
        let (weekday, month) = (
            DAYS[usize::try_from(self.weekday).unwrap()],
            MONTHS[self.month],
        );
        let short = &weekday[..3];
        let time = format!("{hour:02}:{minute:02}:{second:02}");
        match format {
            Format::Imf => format!("{short}, {day:02} {month} {year:04} {time} GMT"),
            Format::Rfc850 => format!("{weekday}, {day:02}-{month}-{:02} {time} GMT", year % 100),
            Format::Asctime => format!("{short} {month} {day:2} {time} {year:04}"),
        }
    }

    /// Which day it is, from 1970, and which it would have to be; none if there is no such day.
    fn days(self) -> Option<u64> {
        if self.year < 1970 {
            return None;
        }
        let is_leap = |year: u64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let mut february = 28;
        if is_leap(self.year) {
            february += 1;
        }
        let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        if !(1..=lengths[self.month]).contains(&self.day) {
            return None;
        }
        let leaps = (1970..self.year).filter(|year| is_leap(*year)).count() as u64;
        let months: u64 = lengths[..self.month].iter().sum();
        Some((self.year - 1970) * 365 + leaps + months + self.day - 1)
    }

    /// Since 1970; none if there is no such moment.
    fn seconds(self) -> Option<u64> {
        let days = self.days()?;
        // A leap second is in the RFC, and in no clock that we could compare it with.
        let exists = self.hour < 24 && self.minute < 60 && self.second < 60;
        let is_that_day = days % 7 == self.weekday;
        (exists && is_that_day)
            .then_some(((days * 24 + self.hour) * 60 + self.minute) * 60 + self.second)
    }
}

/// The date that stands in `text` as `pattern` has it, in which a letter stands for a letter of a
/// field: weekday, day, month, year, hour, nth minute, second. Capitals stand for themselves, and a
/// question mark for anything.
fn date(pattern: &str, text: &str) -> Option<Date> {
    let field = |name: char| -> String {
        let letters = pattern.chars().zip(text.chars());
        letters
            .filter(|(letter, _)| *letter == name)
            .map(|(_, letter)| letter)
            .collect()
    };
    let number = |name| {
        let digits = field(name);
        let all = digits.chars().all(|digit| digit.is_ascii_digit());
        all.then(|| digits.parse::<u64>().ok()).flatten()
    };
    let fits = pattern.len() == text.len()
        && pattern
            .chars()
            .zip(text.chars())
            .all(|(letter, found)| letter.is_ascii_lowercase() || [found, '?'].contains(&letter));
    if !fits {
        return None;
    }
    Some(Date {
        weekday: DAYS.iter().position(|day| day[..3] == field('w'))? as u64,
        day: number('d')?,
        month: MONTHS.iter().position(|month| *month == field('m'))?,
        year: number('y')?,
        hour: number('h')?,
        minute: number('n')?,
        second: number('s')?,
    })
}

fn imf(text: &str) -> Option<Date> {
    date("www, dd mmm yyyy hh:nn:ss GMT", text)
}

fn rfc850(text: &str) -> Option<Date> {
    let (weekday, rest) = text.split_once(", ")?;
    let weekday = DAYS.iter().find(|day| **day == weekday)?;
    // The RFC has a blank before the time. httpdate does not look there.
    let date = date(
        "www, dd-mmm-yy?hh:nn:ss GMT",
        &format!("{}, {rest}", &weekday[..3]),
    )?;
    // The RFC has the year roll on with the clock. Nobody sends a date of 2070 yet, and libraries
    // know a fixed century.
    let century = if date.year < 70 { 2000 } else { 1900 };
    Some(Date {
        year: century + date.year,
        ..date
    })
}

fn asctime(text: &str) -> Option<Date> {
    let one_digit = text.get(8..9) == Some(" ");
    let pattern = if one_digit {
        "www mmm  d hh:nn:ss yyyy"
    } else {
        "www mmm dd hh:nn:ss yyyy"
    };
    date(pattern, text)
}

/// What a header asks for, at `now`, in seconds; `u64::MAX` for more than there are.
fn reference(value: &[u8], now: u64) -> Option<u64> {
    // The blanks around a value are none of it: section 5.5.
    let text = std::str::from_utf8(value).ok()?.trim_matches([' ', '\t']);
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let significant = text.trim_start_matches('0');
        return Some(match significant.len() {
            0 => 0,
            1..=19 => significant.parse().unwrap(),
            20 => significant.parse().unwrap_or(u64::MAX),
            _ => u64::MAX,
        });
    }
    if !text.is_ascii() {
        return None;
    }
    let date = imf(text)
        .or_else(|| rfc850(text))
        .or_else(|| asctime(text))?;
    date.seconds()?.checked_sub(now)
}

prop_compose! {
    /// Mostly with the weekday that it has, and mostly a date that there is.
    fn dates()(
        weekday in prop::option::weighted(0.2, 0..7_u64),
        day in prop_oneof![8 => 1..29_u64, 1 => 28..32_u64, 1 => Just(0)],
        month in 0..12_usize,
        year in prop_oneof![8 => 1990..2100_u64, 1 => 0..10_000_u64],
        hour in prop_oneof![9 => 0..24_u64, 1 => 23..26_u64],
        minute in prop_oneof![9 => 0..60_u64, 1 => 59..62_u64],
        second in prop_oneof![9 => 0..60_u64, 1 => 59..62_u64],
        two_digits: bool,
    ) -> Date {
        // Which weekday it is depends on the century, in the format that leaves it out.
        let year = match year % 100 {
            last @ 0..70 if two_digits => 2000 + last,
            last if two_digits => 1900 + last,
            _ => year,
        };
        let date = Date { weekday: 0, day, month, year, hour, minute, second };
        let right = date.days().map_or(0, |days| days % 7);
        Date { weekday: weekday.unwrap_or(right), ..date }
    }
}

fn headers() -> impl Strategy<Value = Vec<u8>> {
    let format = prop_oneof![
        Just(Format::Imf),
        Just(Format::Rfc850),
        Just(Format::Asctime)
    ];
    let date = (dates(), format).prop_map(|(date, format)| date.write(format));
    let seconds = prop_oneof![
        "[0-9]{1,30}".boxed(),
        (u64::MAX - 2..)
            .prop_map(|seconds| seconds.to_string())
            .boxed(),
    ];
    let right = prop_oneof![4 => date.boxed(), 1 => seconds.boxed()];
    let right = ("[ \t]{0,2}", right, "[ \t]{0,2}")
        .prop_map(|(before, value, behind)| format!("{before}{value}{behind}").into_bytes());
    let right = right.boxed();
    prop_oneof![right.clone(), edited(right), any::<Vec<u8>>()]
}

#[test]
fn the_other_reading_knows_the_dates_of_the_rfc() {
    for text in [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
    ] {
        assert_eq!(reference(text.as_bytes(), 784_111_700), Some(77), "{text}");
    }
}

proptest! {
    #[test]
    fn retry_after_says_what_another_reading_of_the_rfc_says(
        value in headers(),
        now in prop_oneof![0..4_000_000_000_u64, Just(0)],
    ) {
        let Ok(header) = HeaderValue::from_bytes(&value) else {
            return Ok(()); // no HTTP library would let it through
        };
        let headers = HeaderMap::from_iter([(RETRY_AFTER, header)]);
        let asked = retry_after(&headers, SystemTime::UNIX_EPOCH + Duration::from_secs(now));
        let expected = reference(&value, now).map(|seconds| match seconds {
            // More than a number can hold is the longest time there is.
            u64::MAX => asked.filter(|asked| asked.as_secs() == u64::MAX).unwrap_or_default(),
            _ => Duration::from_secs(seconds),
        });
        prop_assert_eq!(asked, expected, "{}", value.escape_ascii());
    }
}
