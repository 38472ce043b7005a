//! Where a check by simple comparison errs, one page in `fixtures/weaknesses` for each matter: what must be found
//! although it does not meet the eye, and what must not be found although it looks like it.

mod cases;

#[test]
fn what_is_easily_missed_is_found_and_what_looks_wrong_is_left_alone() {
    cases::hold("weaknesses");
}
