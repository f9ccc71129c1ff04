//! What the compiler has against the learner's code, in its own words.

use serde_derive::Deserialize;

/// How cargo is asked to report. The colors are taken out again where there is no terminal.
pub const FORMAT: &str = "json-diagnostic-rendered-ansi";

#[derive(Deserialize)]
struct Line {
    message: Message,
}

#[derive(Deserialize)]
struct Message {
    level: String,
    rendered: String,
    spans: Vec<serde_json::Value>,
}

/// The errors among cargo's JSON, in order.
pub fn errors(messages: &str) -> Vec<String> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Line>(line).ok())
        .map(|line| line.message)
        // One without a place only counts the others.
        .filter(|message| message.level == "error" && !message.spans.is_empty())
        .map(|message| message.rendered)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::errors;

    #[test]
    fn only_errors_that_have_a_place_are_shown() {
        let messages = r#"{"reason":"compiler-artifact","target":{"name":"lib"}}
{"reason":"compiler-message","message":{"level":"warning","rendered":"unused","spans":[{}]}}
{"reason":"compiler-message","message":{"level":"error","rendered":"mismatched types","spans":[{}]}}
{"reason":"compiler-message","message":{"level":"error","rendered":"aborting","spans":[]}}
"#;
        assert_eq!(errors(messages), ["mismatched types"]);
    }
}
