//! Random texts, the same in every run.

pub fn boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// A small generator (xorshift) that gives the same numbers in every run.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap()
    }
}

/// Writes a random JSON value.
pub fn generate(random: &mut Random, depth: usize, text: &mut String) {
    const STRINGS: [&str; 7] =
        ["\"\"", "\"é🎵\"", "\"\\u00e9\\n\\\\\\/\"", "\"\\ud83c\\udfb5\"", "\"a b\"", "\"k\"", "\"\\\"\""];
    const SCALARS: [&str; 9] =
        ["null", "true", "false", "0", "-0", "-1.5e+3", "12345678901234567890", "1E-2", "0.1"];
    match random.below(if depth == 0 { 2 } else { 4 }) {
        0 => text.push_str(STRINGS[random.below(STRINGS.len())]),
        1 => text.push_str(SCALARS[random.below(SCALARS.len())]),
        kind => {
            let (open, close) = if kind == 2 { ("[", "]") } else { ("{ ", "\r\n}") };
            text.push_str(open);
            for index in 0..random.below(5) {
                if index > 0 {
                    text.push_str([",", " ,\t", ",\n"][random.below(3)]);
                }
                if kind == 3 {
                    text.push_str(STRINGS[random.below(STRINGS.len())]);
                    text.push_str([":", " : "][random.below(2)]);
                }
                generate(random, depth - 1, text);
            }
            text.push_str(close);
        }
    }
}
