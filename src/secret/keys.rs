//! Keys under which secrets stand, whatever the provider.

/// Whether a key may be one for secrets at all: most are told at once by how they end.
pub fn may_be_secret_key(key: &str) -> bool {
    const ENDS: &[&[u8; 2]] = &[b"et", b"ts", b"wo", b"ey", b"rd", b"wd", b"en", b"ue"];
    let bytes = key.as_bytes();
    let end = bytes.iter().rposition(u8::is_ascii_alphanumeric).map_or(0, |last| last + 1);
    let ends_so = || match &bytes[..end] {
        [.., before, last] if before.is_ascii_alphanumeric() => {
            ENDS.contains(&&[before.to_ascii_lowercase(), last.to_ascii_lowercase()])
        }
        // A sign stands between the two.
        _ => true,
    };
    ends_so() || bytes.windows(6).any(|part| part.eq_ignore_ascii_case(b"secret"))
}

/// Whether a field of this name holds a secret, whatever the provider.
pub fn is_secret_key(key: &str) -> bool {
    if !may_be_secret_key(key) {
        return false;
    }
    let plain: String =
        key.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    const ENDINGS: &[&str] = &[
        "clientsecret",
        "clientsecretwo",
        "signingsecret",
        "secretkey",
        "apisecret",
        "appsecret",
        "password",
        "passwd",
        "privatekey",
        "accesstoken",
        "apitoken",
        "apikey",
        "bearertoken",
        "registrationaccesstoken",
        "masterkey",
        "storageaccesskey",
        "saskey",
        "servicepassword",
        "clientassertionprivatekey",
        "basicsecret",
        "accesskey",
        "secretaccesskey",
        "refreshtokenvalue",
        "cookiesecret",
        "sessionsecret",
    ];
    const NAMES: &[&str] =
        &["secret", "auth0secret", "authauth0secret", "k", "clientsecretvalue", "rotatedsecret"];
    // One for each stage, or for the second client that an application has for itself.
    const OF: &[&str] = &[
        "dev",
        "development",
        "local",
        "test",
        "qa",
        "stage",
        "staging",
        "prod",
        "production",
        "m2m",
        "mgmt",
        "api",
        "admin",
    ];
    let is_of = || plain.split_once("clientsecret").is_some_and(|(_, of)| OF.contains(&of));
    // `token_endpoint_auth_method: client_secret_post` and `secret_encoded` only speak of secrets.
    NAMES.contains(&plain.as_str()) && key.len() > 1
        || ENDINGS.iter().any(|ending| plain.ends_with(ending))
        || is_of()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_only_speak_of_secrets_hold_none() {
        for key in
            ["client_secret", "clientSecret", "AUTH0_CLIENT_SECRET", "client_secret_wo", "signing_secret"]
        {
            assert!(is_secret_key(key), "{key}");
        }
        for key in [
            "AUTH0_CLIENT_SECRET_PROD",
            "Api-Key",
            "client.secret.w_o",
            "passwd_",
            "registration_access_token",
        ] {
            assert!(is_secret_key(key), "{key}");
        }
        for key in ["secret_encoded", "token_endpoint_auth_method", "client_secret_expires_at", "name"] {
            assert!(!is_secret_key(key), "{key}");
        }
    }
}
