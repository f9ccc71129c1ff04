//! The words for what can go wrong.

use step7_bounded_retry::engine::Kind;

#[test]
fn a_kind_is_one_word() {
    for (kind, word) in [
        (Kind::Status, "status"),
        (Kind::Timeout, "timeout"),
        (Kind::Deadline, "deadline"),
        (Kind::Transport, "transport"),
        (Kind::Tls, "tls"),
        (Kind::Redirect, "redirect"),
        (Kind::BodyTooLarge, "body_too_large"),
        (Kind::InvalidUrl, "invalid_url"),
        (Kind::RetryAfter, "retry_after"),
        (Kind::Cancelled, "cancelled"),
        (Kind::Output, "output"),
    ] {
        assert_eq!(kind.to_string(), word);
        assert_eq!(format!("[{kind:15}]"), format!("[{word:15}]"));
    }
}
