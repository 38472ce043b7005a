//! How strong a literal secret is.

/// How many octets the key of an algorithm has at least: as many as its hash (RFC 7518 section 3.2).
pub fn shortest_key(algorithm: Option<&str>) -> usize {
    match algorithm {
        Some("HS384") => 48,
        Some("HS512") => 64,
        _ => 32,
    }
}

/// What makes a literal secret weak: `guessable`, `short-for-hmac`. `public` says whether it equals something that
/// everybody can read, `encoded` whether the key is what it stands for in base64, `shortest_key` how many octets that
/// must have.
pub fn weaknesses(text: &str, public: bool, encoded: bool, shortest_key: usize) -> Vec<&'static str> {
    const SHORTEST: usize = 16;
    let mut counts = [0_u32; 256];
    text.bytes().for_each(|byte| counts[usize::from(byte)] += 1);
    let length = f64::from(u32::try_from(text.len()).unwrap_or(u32::MAX));
    let entropy: f64 = counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| f64::from(*count) / length)
        .map(|share| -share * share.log2())
        .sum();
    let mut weaknesses = Vec::new();
    if text.len() < SHORTEST || entropy < 3.0 || public {
        weaknesses.push("guessable");
    }
    if (if encoded { decoded_length(text) } else { text.len() }) < shortest_key {
        weaknesses.push("short-for-hmac");
    }
    weaknesses
}

/// How many octets a text in base64 stands for, with the signs for URLs or without (RFC 4648); of any other text, how
/// many it has.
fn decoded_length(text: &str) -> usize {
    let digits = text.trim().trim_end_matches('=');
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
    if digits.bytes().all(is_digit) { digits.len() * 3 / 4 } else { text.len() }
}

/// Whether a text is one of the words that are tried first.
pub fn is_tried_first(text: &str) -> bool {
    const TRIED: &[&str] = &[
        "secret",
        "password",
        "changeme",
        "change_me",
        "change-me",
        "test",
        "mysecret",
        "my_secret",
        "my-secret",
        "insecure_secret",
        "abc123",
        "foobar",
        "1234",
        "12345",
        "123456",
        "12345678",
    ];
    TRIED.contains(&text.trim().to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_as_long_as_the_hash() {
        let key = "hjkD83-sd9KJkd_0921kjsdKJHd8273-91kdQ7xv";
        let is_short = |encoded, algorithm| {
            weaknesses(key, false, encoded, shortest_key(Some(algorithm))).contains(&"short-for-hmac")
        };
        assert!(!is_short(false, "HS256") && is_short(false, "HS384") && is_short(false, "HS512"));
        // Forty digits are thirty octets.
        assert!(is_short(true, "HS256"));
        assert_eq!(decoded_length("aGVsbG8="), 5);
        assert_eq!(decoded_length("not base64!"), 11);
    }
}
