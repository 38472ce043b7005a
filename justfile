# What continuous integration runs.
ready:
    .ci/run

# The report on the example repository.
acme *options:
    cargo run -- check fixtures/acme {{ options }}

# Writes the expected trees of the formats and the generated parts of the pages anew; read the difference.
accept:
    UPDATE=1 cargo test --test formats --test docs --test matrix --test providers

# Formats the code and applies what clippy can mend by itself.
tidy:
    cargo fmt --all
    cargo clippy --all-targets --fix --allow-dirty --allow-staged
