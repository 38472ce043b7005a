//! The blocks of code in `docs/editors.md`.

use std::fs;
use std::path::Path;

/// A block of code: the heading above it, its language, its text.
pub struct Block {
    pub heading: String,
    pub language: String,
    pub text: String,
}

/// All blocks of the page, in its order.
pub fn blocks() -> Vec<Block> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/editors.md");
    let page = fs::read_to_string(path).unwrap();
    let mut blocks: Vec<Block> = Vec::new();
    let mut heading = String::new();
    let mut inside = false;
    for line in page.lines() {
        if let Some(language) = line.strip_prefix("```") {
            inside = !inside;
            if inside {
                let language = language.to_owned();
                blocks.push(Block { heading: heading.clone(), language, text: String::new() });
            }
        } else if inside {
            let block = blocks.last_mut().unwrap();
            block.text.push_str(line);
            block.text.push('\n');
        } else if let Some(title) = line.trim_start_matches('#').strip_prefix(' ')
            && line.starts_with('#')
        {
            title.clone_into(&mut heading);
        }
    }
    assert!(!inside, "the last block has no end");
    blocks
}

/// The only block of a language below a heading.
pub fn block(heading: &str, language: &str) -> String {
    let found: Vec<_> =
        blocks().into_iter().filter(|block| block.heading == heading && block.language == language).collect();
    assert_eq!(found.len(), 1, "docs/editors.md has one block of {language} below {heading:?}");
    found.into_iter().next().unwrap().text
}
