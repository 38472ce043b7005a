//! The words in which rules speak of definitions: kinds of definitions and the attributes they have.
//!
//! Names are those of RFC 7591 section 2 and OpenID Connect Dynamic Client Registration 1.0 section 2 where these
//! have one, else the vendor's own. A provider's table says where each attribute stands in its documents.

use std::collections::HashMap;
use std::fmt;
use std::sync::OnceLock;

/// An attribute of a definition: an index into [`ATTRIBUTES`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Attribute(u8);

/// What an attribute means.
#[derive(Debug)]
pub struct Meaning {
    /// Its name, as rules and tables write it.
    pub name: &'static str,
    /// What its value is.
    pub holds: Holds,
    /// Who provides it.
    pub by: By,
    /// One line on what it says.
    pub says: &'static str,
}

/// What the value of an attribute is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Text.
    Text,
    /// `true` or `false`.
    Flag,
    /// A number.
    Number,
    /// A list of texts.
    Texts,
    /// One URI, taken apart as in `uri`.
    Uri,
    /// A list of URIs, taken apart.
    Uris,
    /// A secret: rules see its class (`literal`, `reference`, ...), never its text.
    Secret,
    /// Anything: a map or a list of maps, as written.
    Any,
}

/// Who provides an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// It is written in the document; a provider's table says where.
    Document,
    /// It is worked out from other attributes or from where the document stands.
    Inference,
}

/// What a definition defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An OAuth client.
    Client,
    /// A permission of a client to use an API.
    ClientGrant,
    /// An API (RFC 6749 section 1.1: resource server).
    ResourceServer,
    /// Settings of a tenant or realm.
    Tenant,
    /// A connection to a source of identities.
    Connection,
    /// Configuration of the tool that deploys definitions.
    DeployConfig,
    /// Configuration of an application: which client it is.
    AppConfig,
    /// Configuration of something that verifies tokens.
    Verifier,
    /// All definitions that are deployed together.
    Project,
    /// A wish not to hear of a rule: a comment, or an `[[ignore]]`.
    Ignore,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 10] = [
        Self::Client,
        Self::ClientGrant,
        Self::ResourceServer,
        Self::Tenant,
        Self::Connection,
        Self::DeployConfig,
        Self::AppConfig,
        Self::Verifier,
        Self::Project,
        Self::Ignore,
    ];

    /// Its name, as rules and tables write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::ClientGrant => "client-grant",
            Self::ResourceServer => "resource-server",
            Self::Tenant => "tenant",
            Self::Connection => "connection",
            Self::DeployConfig => "deploy-config",
            Self::AppConfig => "app-config",
            Self::Verifier => "verifier",
            Self::Project => "project",
            Self::Ignore => "ignore",
        }
    }

    /// The kind of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl Attribute {
    /// The attribute of a name.
    pub fn named(name: &str) -> Option<Self> {
        static BY_NAME: OnceLock<HashMap<&'static str, Attribute>> = OnceLock::new();
        let number = |at: usize| u8::try_from(at).map(Self).ok();
        let known =
            || ATTRIBUTES.iter().enumerate().filter_map(|(at, meaning)| Some((meaning.name, number(at)?)));
        BY_NAME.get_or_init(|| known().collect()).get(name).copied()
    }

    /// Its number among [`ATTRIBUTES`].
    pub fn number(self) -> usize {
        usize::from(self.0)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.meaning().name
    }

    /// What it means.
    pub fn meaning(self) -> &'static Meaning {
        &ATTRIBUTES[usize::from(self.0)]
    }
}

/// A set of attributes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attributes([u64; ATTRIBUTES.len().div_ceil(64)]);

impl Attributes {
    /// Adds an attribute.
    pub fn insert(&mut self, attribute: Attribute) {
        self.0[attribute.number() / 64] |= 1 << (attribute.number() % 64);
    }

    /// Whether all of them are in another set.
    pub fn are_in(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(own, other)| own & !other == 0)
    }

    /// Those that are in both sets.
    #[must_use]
    pub fn common(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|at| self.0[at] & other.0[at]))
    }

    /// Those that are in one of the sets.
    #[must_use]
    pub fn joined(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|at| self.0[at] | other.0[at]))
    }
}

impl FromIterator<Attribute> for Attributes {
    fn from_iter<I: IntoIterator<Item = Attribute>>(attributes: I) -> Self {
        let mut all = Self::default();
        attributes.into_iter().for_each(|attribute| all.insert(attribute));
        all
    }
}

impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Names attributes that the program itself reads or writes, checked when the program is compiled.
macro_rules! attributes {
    ($($constant:ident $name:ident $holds:ident $by:ident $says:literal;)*) => {
        /// Every attribute.
        pub const ATTRIBUTES: &[Meaning] = &[
            $(Meaning { name: stringify!($name), holds: Holds::$holds, by: By::$by, says: $says },)*
        ];

        #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "an index is made of each name")]
        #[repr(u8)]
        enum Index { $($constant,)* }

        impl Attribute {
            $(
                #[doc = $says]
                pub const $constant: Self = Self(Index::$constant as u8);
            )*
        }
    };
}

attributes! {
    // Where the definition comes from. Inferred by recognition; rules look at them to be silent where they do not apply.
    PROVIDER provider Text Inference "Who serves the client: auth0, rfc7591, ...";
    SHAPE shape Text Inference "The form of the document: deploy-yaml, deploy-json, terraform, management-api, oidc-registration, cimd, pulumi, operator, crossplane, in-house, ...";
    PROVIDER_CONFIGURATION provider_configuration Text Inference "Terraform: the provider configuration that a resource names, such as auth0.dev; absent where it names none";
    DELIVERY delivery Text Inference "desired-state (absent means the platform's default on creation), dump (what is there already) or partial (what is absent was not asked)";
    CHANNEL channel Text Inference "How the client is created: management-api, dashboard, dcr, cimd, deployed, undeclared (management-api globs are configured and none matches) or unknown";
    ENVIRONMENT environment Text Inference "Name of the environment that clientlint.toml gives the file";
    PRODUCTION production Flag Inference "Whether the file's environment is production; unknown where no environment is configured for it";
    FURNITURE furniture Flag Inference "Whether the object comes with the tenant: the Default App, All Applications, the vendor's own extensions";
    DOCUMENTATION documentation Flag Inference "Whether the file is documentation, an example or a test, by its folders and its name";
    PROJECT_COMPLETE project_complete Flag Inference "Whether the project declares all clients of its tenant, so that what it does not name does not exist";
    // What was before, where a former self is known: under --since.
    CHANGED changed Texts Inference "Attributes that were written before and are now with another value; absent where nothing of before is known";
    ADDED added Any Inference "Items of lists that were not there before: items with item and attribute; absent where nothing of before is known";
    // Identity and kind of a client.
    CLIENT_ID client_id Text Document "Client identifier (RFC 6749 section 2.2)";
    CLIENT_NAME client_name Text Document "Human-readable name (RFC 7591 section 2)";
    APPLICATION_TYPE application_type Text Document "The vendor's own word for the kind of application: spa, native, regular_web, non_interactive, web, ...";
    CLIENT_TYPE client_type Text Inference "public or confidential (RFC 6749 section 2.1); unknown where nothing says";
    CLIENT_TYPE_CERTAIN client_type_certain Flag Inference "Whether the client type is certain; false where it is only likely";
    CLIENT_PROFILE client_profile Text Inference "web, user-agent-based or native (RFC 6749 section 2.1), service or device";
    PARTY party Text Inference "first or third: whether the owner of the authorization server operates the client";
    PARTY_CERTAIN party_certain Flag Inference "Whether the party is certain; false where it rests on a default";
    IS_FIRST_PARTY is_first_party Flag Document "Auth0: whether the client is first-party";
    THIRD_PARTY_MARKER third_party_marker Text Inference "What marks the client as third-party other than is_first_party: dcr, cimd, tpc_ identifier, security mode, registration document";
    THIRD_PARTY_SECURITY_MODE third_party_security_mode Text Document "Auth0: strict or permissive";
    SECURITY_MODE security_mode Text Inference "The third-party security mode that applies: strict, permissive, or strict-by-default where none is written";
    REDIRECTION_POLICY redirection_policy Text Document "Auth0: allow_always or open_redirect_protection";
    EXTERNAL_CLIENT_ID external_client_id Uri Document "URL of the client ID metadata document behind the client";
    EXTERNAL_METADATA_TYPE external_metadata_type Text Document "Auth0: cimd or dcr";
    GLOBAL global Flag Document "Auth0: the hidden All Applications client";
    THIRD_PARTY_IN_PROJECT third_party_in_project Flag Inference "Another client of the project is third-party";
    DASHBOARD_THIRD_PARTY dashboard_third_party Text Inference "What the configuration says of third-party clients made in the Dashboard: strict where strict ones are expected, else never";
    // Client authentication.
    TOKEN_ENDPOINT_AUTH_METHOD token_endpoint_auth_method Text Document "Client authentication at the token endpoint (RFC 7591 section 2); private_key_jwt, tls_client_auth or self_signed_tls_client_auth also where registered keys say so";
    CREDENTIAL_METHODS credential_methods Texts Document "Methods for which keys or certificates are registered (Auth0: the keys of client_authentication_methods)";
    CREDENTIALS credentials Any Document "Registered keys and certificates, as written";
    TLS_SUBJECTS tls_subjects Texts Document "By which metadata the subject of the client's certificate is told (RFC 8705 section 2.1.2): names of those that are written";
    RIVAL_CREDENTIALS rival_credentials Texts Inference "Terraform, Pulumi: the names of the credentials that are for the same client, where there are several";
    CLIENT_SECRET client_secret Secret Document "The client secret; rules see only its class";
    SECRETS secrets Any Inference "Every secret that the definition holds: items with field and class";
    JWKS jwks Any Document "Inline JSON Web Key Set (RFC 7591 section 2)";
    JWKS_URI jwks_uri Uri Document "URL of the client's JSON Web Key Set";
    FOREIGN_JWKS foreign_jwks Flag Inference "Whether the keys of a client ID metadata document come from another origin than the document";
    PRIVATE_KEYS private_keys Texts Inference "Fields in which a private key stands";
    TRUSTED_IP_HEADER is_token_endpoint_ip_header_trusted Flag Document "Auth0: trusts the forwarded end-user address at the token endpoint";
    WEAK_SECRETS weak_secrets Any Inference "Literal secrets that are too weak: items with field and reason (guessable; word where it is one that is tried first; short-for-hmac where, as the key of a MAC, it is shorter than the hash)";
    PLAIN_SECRETS plain_secrets Any Inference "Terraform: the secrets that a state or plan holds in plain text";
    STATE_SECRETS state_secrets Texts Inference "Terraform: arguments that put a secret into the state although a write-only twin can be used";
    // Grants.
    GRANT_TYPES grant_types Texts Document "Grants the client may use (RFC 7591 section 2)";
    RESPONSE_TYPES response_types Texts Document "Response types the client may use (RFC 7591 section 2)";
    ALLOWED_CLIENTS allowed_clients Texts Document "Auth0: clients for legacy delegation";
    PKCE pkce Text Document "What the definition says of PKCE: required, S256, plain or not-required; of an Auth0 project whose Actions do not see to it: no-action, or not-refused where one looks at it";
    // URIs.
    REDIRECT_URIS redirect_uris Uris Document "Redirection endpoints (RFC 6749 section 3.1.2)";
    POST_LOGOUT_REDIRECT_URIS post_logout_redirect_uris Uris Document "Where to go after logout (OpenID Connect RP-Initiated Logout)";
    WEB_ORIGINS web_origins Uris Document "Origins that may run silent authentication";
    ALLOWED_ORIGINS allowed_origins Uris Document "Origins that may make cross-origin calls";
    INITIATE_LOGIN_URI initiate_login_uri Uri Document "URL that starts a login (OpenID Connect Core section 4)";
    BACKCHANNEL_LOGOUT_URIS backchannel_logout_uris Uris Document "Back-channel logout URLs";
    SECTOR_IDENTIFIER_URI sector_identifier_uri Uri Document "OpenID Connect Registration section 5";
    REQUEST_URIS request_uris Uris Document "Pre-registered request URIs";
    POLICY_URI policy_uri Uri Document "URL of the privacy policy";
    TOS_URI tos_uri Uri Document "URL of the terms of service";
    CLIENT_URI client_uri Uri Document "URL of the client's home page";
    LOGO_URI logo_uri Uri Document "URL of the logo";
    LOOPBACK_CONTEXT loopback_context Text Inference "How loopback redirect URIs are to be read: production (by the file's environment), mixed (beside a public https one), development (by the environment, or by the client's name where it is not mixed) or unclear";
    LOGOUT_LOOPBACK_CONTEXT logout_loopback_context Text Inference "The same of loopback addresses among the logout URLs";
    WEB_ORIGIN_LOOPBACK_CONTEXT web_origin_loopback_context Text Inference "The same of loopback addresses among the web origins";
    ALLOWED_ORIGIN_LOOPBACK_CONTEXT allowed_origin_loopback_context Text Inference "The same of loopback addresses among the allowed origins";
    SKIP_CALLBACK_PROMPT skip_non_verifiable_callback_uri_confirmation_prompt Flag Document "Auth0: no confirmation prompt for callbacks that cannot be verified";
    ORGANIZATION_USAGE organization_usage Text Document "Auth0: deny, allow or require";
    FOREIGN_REDIRECT_URIS foreign_redirect_uris Uris Inference "Redirect URIs with a public host outside of the configured first-party domains; absent where none are configured";
    // Tokens.
    ID_TOKEN_ALG id_token_signed_response_alg Text Document "Algorithm that signs ID tokens (OpenID Connect Registration section 2)";
    ID_TOKEN_LIFETIME id_token_lifetime Number Document "Lifetime of ID tokens, in seconds";
    SECRET_ENCODED secret_encoded Flag Document "Auth0: the secret is base64-encoded";
    USERINFO_ALG userinfo_signed_response_alg Text Document "Algorithm that signs UserInfo responses";
    REQUEST_OBJECT_ALG request_object_signing_alg Text Document "Algorithm of request objects";
    REQUIRE_SIGNED_REQUEST_OBJECT require_signed_request_object Flag Document "Whether request objects must be signed (RFC 9101 section 10.5)";
    REQUEST_OBJECT_CREDENTIALS request_object_credentials Any Document "Keys registered for request objects";
    ROTATION_TYPE refresh_token_rotation_type Text Document "rotating or non-rotating";
    EXPIRATION_TYPE refresh_token_expiration_type Text Document "expiring or non-expiring";
    REFRESH_LEEWAY refresh_token_leeway Number Document "Seconds in which a rotated refresh token still works";
    REFRESH_LIFETIME refresh_token_lifetime Number Document "Absolute lifetime of refresh tokens, in seconds";
    REFRESH_IDLE_LIFETIME refresh_token_idle_lifetime Number Document "Idle lifetime of refresh tokens, in seconds";
    REFRESH_INFINITE refresh_token_infinite_lifetime Flag Document "No absolute lifetime";
    REFRESH_INFINITE_IDLE refresh_token_infinite_idle_lifetime Flag Document "No idle lifetime";
    REFRESH_IDLE_EXCEEDS refresh_token_idle_exceeds_lifetime Flag Inference "Whether the idle lifetime is longer than the absolute one";
    REQUIRE_DPOP require_proof_of_possession Flag Document "Whether tokens must be sender-constrained (RFC 9449 section 5.2, RFC 8705 section 3.4)";
    REQUIRE_PAR require_pushed_authorization_requests Flag Document "Whether authorization requests must be pushed (RFC 9126 section 6)";
    COMPLIANCE_LEVEL compliance_level Text Document "Auth0: FAPI profile of the client";
    // Other settings of a client.
    OIDC_CONFORMANT oidc_conformant Flag Document "Auth0: the client uses the OIDC-conformant pipeline";
    CROSS_ORIGIN_AUTHENTICATION cross_origin_authentication Flag Document "Auth0: passwords may be posted from the application's own page";
    SIGNED_REQUEST_OBJECT signed_request_object Any Document "Auth0: settings of JWT-secured authorization requests";
    ADDONS addons Texts Document "Auth0: names of the addons in use";
    OIDC_LOGOUT oidc_logout Any Document "Auth0: back-channel logout settings, as written";
    MOBILE mobile Any Document "Auth0: platform settings of a native application";
    LINKED_CLIENTS linked_clients Texts Document "Other clients that the definition names";
    DEPRECATED_FIELDS deprecated_fields Any Inference "Renamed or removed fields in use: items with field and replacement";
    UNKNOWN_VALUES unknown_values Any Inference "Values outside of the platform's own lists: items with field, value and suggestion";
    WRONG_TYPES wrong_types Any Inference "Values of another type than the field's: items with field, expected and found";
    UNRESOLVED_PLACEHOLDERS unresolved_placeholders Texts Inference "Markers of the Deploy CLI to which the mappings of the environment give no value; those of secrets are not among them";
    SAME_NAME same_name Flag Inference "Another client of the project has the same name";
    SAME_ID same_id Flag Inference "Another client of the project has the same client identifier";
    SAME_SECRET same_secret Flag Inference "Another client of the project holds the same literal secret";
    GRANTED_APIS granted_apis Texts Inference "Audiences of the client grants of the project that name the client; unknown where the project may not hold all";
    // What the organisation declares in [facts] of clientlint.toml; absent where it declares nothing.
    DECLARED_THIRD_PARTY declared_third_party Flag Inference "Whether third-party-clients names the client";
    DISALLOWED_GRANTS disallowed_grants Texts Inference "Grants that allowed-grant-types does not allow for the application type";
    DISALLOWED_AUTH_METHOD disallowed_auth_method Text Inference "The method of client authentication, written or by default, where allowed-auth-methods does not name it";
    EXCEEDED_LIFETIMES exceeded_lifetimes Any Inference "Lifetimes above max-token-lifetime: items with field, value and limit, in seconds";
    UNFILLED_PLACEHOLDERS unfilled_placeholders Any Inference "In an environment that is strict: placeholders that nothing fills in, as items with field and text; secrets are none";
    // Client grants.
    AUDIENCE audience Text Document "The API that a grant is for, or that an application asks for";
    AUDIENCE_KIND audience_kind Text Inference "Which API a grant, an application or an API's own identifier names: management-api (Auth0: /api/v2/), system-api (another one of the vendor's own: /me/, /my-org/, /mfa/) or api";
    SCOPE scope Texts Document "Scopes of a grant";
    ALLOW_ALL_SCOPES allow_all_scopes Flag Document "All scopes of the API, future ones included";
    DEFAULT_FOR default_for Text Document "Auth0: third_party_clients where the grant holds for every third-party client";
    SUBJECT_TYPE subject_type Text Document "client or user";
    GRANT_CLIENT grant_client Text Document "The client that a grant is for, as written";
    GRANT_CLIENT_FOUND grant_client_found Flag Inference "Whether the client that a grant names is declared in the project";
    AUDIENCE_FOUND audience_found Flag Inference "Whether the API that a grant names is declared in the project";
    DUPLICATE_GRANT duplicate_grant Flag Inference "Another grant of the project has the same client, audience and subject type";
    UNDEFINED_SCOPES undefined_scopes Texts Inference "Scopes of a grant that its API does not define; absent where the project does not declare the API and its scopes";
    EVERY_SCOPE every_scope Flag Inference "Whether a grant names each scope that its API defines; absent where the project does not declare the API and its scopes";
    NO_CLIENT_CREDENTIALS no_client_credentials Flag Inference "Whether the client that a grant names is declared with grants of which client_credentials is none";
    // Resource servers.
    IDENTIFIER identifier Text Document "Identifier of an API: the audience of its tokens";
    SIGNING_ALG signing_alg Text Document "Algorithm that signs access tokens of the API";
    TOKEN_LIFETIME token_lifetime Number Document "Lifetime of access tokens, in seconds";
    TOKEN_LIFETIME_FOR_WEB token_lifetime_for_web Number Document "The same for browser flows";
    USER_POLICY user_policy Text Document "Which clients may get user tokens: allow_all, deny_all or require_client_grant";
    CLIENT_POLICY client_policy Text Document "Which clients may get tokens of their own";
    IS_SYSTEM is_system Flag Document "Whether the API is the vendor's own";
    TOKEN_LIFETIME_FOR_WEB_EXCEEDS token_lifetime_for_web_exceeds Flag Inference "Whether the lifetime for browser flows is longer than the other one";
    PUBLIC_CLIENT_ALLOWED public_client_allowed Flag Inference "Whether a public client of the project may get user tokens of the API, by a grant or by the user policy";
    PERMISSIVE_THIRD_PARTIES permissive_third_parties Flag Inference "Whether the project has a third-party client in permissive mode or registers clients in that mode";
    // Tenant.
    ENABLE_DCR enable_dynamic_client_registration Flag Document "Open dynamic client registration (RFC 7591)";
    DCR_SECURITY_MODE dynamic_client_registration_security_mode Text Document "Security mode of dynamically registered clients";
    UNVERIFIABLE_CALLBACKS unverifiable_callbacks Uris Inference "Of a tenant: callbacks of the project's clients with a scheme of an app's own";
    // Connections.
    ENABLED_CLIENTS enabled_clients Texts Document "Clients that may use a connection";
    IS_DOMAIN_CONNECTION is_domain_connection Flag Document "Whether third-party clients may use the connection";
    UNKNOWN_CLIENTS unknown_clients Texts Inference "Names of clients that the project does not declare";
    PLATFORM_CLIENTS platform_clients Texts Inference "Those of the clients named that come with the tenant";
    THIRD_PARTY_CLIENTS third_party_clients Texts Inference "Those of the enabled clients that the project declares as third-party";
    // Deploy configuration.
    EXPORT_SECRETS export_secrets Flag Document "Whether exports write secrets";
    INCLUDED_CLIENT_PROPS included_client_props Texts Document "Read-only client properties that exports write all the same";
    // Applications and verifiers.
    ISSUER issuer Text Document "The authorization server that an application trusts";
    ALGORITHMS algorithms Texts Document "Algorithms that a verifier accepts";
    EXPOSED_SECRET exposed_secret Text Inference "Name of the variable through which a bundler hands a secret to the browser";
    VERIFIED_ALG verified_alg Text Inference "Algorithm with which, by the project's definition of the client or API, the tokens are signed that a verifier checks";
    ALG_MISMATCH alg_mismatch Flag Inference "Whether the algorithms that a verifier accepts leave that one out";
    // Ignores.
    IGNORE_STATE ignore_state Text Inference "What is wrong with an ignore: unused, expired, without-reason, unknown-rule, forbidden, malformed, misplaced or breaks-deploy";
    IGNORED_RULE ignored_rule Text Inference "The rule that an ignore names";
    IGNORE_UNTIL ignore_until Text Inference "The last day on which an ignore holds";
    IGNORE_HINT ignore_hint Text Inference "What may have been meant, or why it is not so";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attribute_is_found_by_its_name() {
        assert!(ATTRIBUTES.len() < 256);
        for meaning in ATTRIBUTES {
            assert_eq!(Attribute::named(meaning.name).map(Attribute::name), Some(meaning.name));
        }
        assert_eq!(Attribute::GRANT_TYPES.name(), "grant_types");
    }
}
