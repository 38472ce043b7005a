//! What is known of client types and parties, one page in `fixtures/statements` for each statement: documents that
//! contradict it, and documents that do not.

mod cases;

#[test]
fn what_contradicts_a_statement_is_found_and_nothing_else() {
    cases::hold("statements");
}
