//! Documents with a secret in every place in which people leave one. `CANARY` stands for each.

pub const DEPLOY_YAML: &str = r#"clients:
  # client_secret: CANARY
  - name: Shop # secret=CANARY
    client_secret: CANARY   # was CANARY
    app_type: spa
    jwt_configuration: {alg: HS256, secret_encoded: true}
    grant_types: [implicit, password]
  - {name: Flow, client_secret: CANARY, app_type: native, jwt_configuration: {alg: HS256}}
  - name: Quoted
    app_type: spa
    client_secret: "CANARY\u00e9 ü \"CANARY\""
    jwt_configuration: {alg: HS256}
  - name: Block
    app_type: spa
    client_secret: |-
      CANARY
      CANARY
    jwt_configuration: {alg: HS256}
  - name: Folded
    app_type: spa
    client_secret: CANARY
      CANARY
    jwt_configuration: {alg: HS256}
  - name: Tagged
    app_type: spa
    client_secret: !CANARY
    jwt_configuration: {alg: HS256}
  - name: TaggedText
    app_type: spa
    client_secret: !x CANARY
    jwt_configuration: {alg: HS256}
  - name: Anchored
    app_type: spa
    client_secret: &CANARY
    jwt_configuration: {alg: HS256}
  - name: Anchor
    app_type: spa
    client_metadata: {note: &shared CANARY}
    client_secret: *shared
    jwt_configuration: {alg: HS256}
  - name: Marked
    app_type: spa
    client_secret: '##CANARY'
    jwt_configuration: {alg: HS256}
  - name: Halves
    app_type: spa
    client_secret: '##ENV##CANARY'
    jwt_configuration: {alg: HS256}
  - name: Sample
    app_type: spa
    client_secret: your-CANARY
    jwt_configuration: {alg: HS256}
  - name: Bracketed
    app_type: spa
    client_secret: <CANARY>
    jwt_configuration: {alg: HS256}
  - name: Listed
    app_type: spa
    client_secret: [CANARY, "CANARY"]
    jwt_configuration: {alg: HS256}
  - name: Key
    app_type: regular_web
    client_authentication_methods:
      private_key_jwt:
        credentials:
          - name: k
            credential_type: public_key
            pem: |
              -----BEGIN PRIVATE KEY-----
              CANARY
              -----END PRIVATE KEY-----
    jwt_configuration: {alg: HS256}
  - name: Addons
    app_type: spa
    addons:
      firebase: {secret: CANARY, private_key: CANARY}
      azure_sb: {sasKey: CANARY}
      layer: {privateKey: CANARY}
      wams: {masterkey: CANARY}
      samlp: {signingKey: CANARY}
      slack: {token: CANARY}
    client_metadata: {api_key: CANARY}
    signed_request_object:
      credentials: [{kty: oct, k: CANARY}, {kty: RSA, d: CANARY, p: CANARY}]
    jwt_configuration: {alg: HS256}
  - name: Links
    app_type: spa
    callbacks: ["http://u:CANARY@h.example/cb", "http://h.example/cb?client_secret=CANARY&a=b"]
    allowed_logout_urls: ["http://*.example/?access_token=CANARY"]
connections:
  - name: google
    strategy: google-oauth2
    enabled_clients: [Shop]
    options: {client_id: x, client_secret: CANARY, twilio_auth_token: CANARY}
databases:
  - name: db
    options: {configuration: {URL: "postgres://u:CANARY@h/d"}}
resourceServers:
  - name: API
    identifier: https://api.example.com
    signing_alg: HS256
    signing_secret: CANARY
"#;

pub const TERRAFORM: &str = r#"variable "shop" {
  default = "CANARY" # CANARY is the secret=CANARY
}
variable "hidden" {
  sensitive = true
  default   = "CANARY"
}
locals {
  web     = "CANARY"
  again   = var.shop
  secrets = { a = "CANARY", b = "CANARY" }
}
resource "auth0_client" "shop" {
  name     = "Shop"
  app_type = "spa"
  jwt_configuration { alg = "HS256" }
}
resource "auth0_client_credentials" "shop" {
  client_id             = auth0_client.shop.id
  authentication_method = "client_secret_post"
  client_secret         = "CANARY"
}
resource "auth0_client" "web" {
  name     = "Web"
  app_type = "spa"
  client_secret = local.web
  jwt_configuration { alg = "HS256" }
}
resource "auth0_client" "again" {
  name     = "Again"
  app_type = "spa"
  client_secret = local.again
  jwt_configuration { alg = "HS256" }
}
resource "auth0_client" "half" {
  name     = "Half"
  app_type = "spa"
  client_secret = "CANARY${var.hidden}"
  jwt_configuration { alg = "HS256" }
}
resource "auth0_client" "called" {
  name     = "Called"
  app_type = "spa"
  client_secret = base64encode(join("-", ["CANARY", sensitive("CANARY")]))
  jwt_configuration { alg = "HS256" }
}
resource "auth0_client" "each" {
  for_each = local.secrets
  name     = each.key
  app_type = "spa"
  client_secret = each.value
  jwt_configuration { alg = "HS256" }
}
resource "auth0_client" "heredoc" {
  name     = "Heredoc"
  app_type = "spa"
  client_secret = <<-E
    CANARY
    E
  jwt_configuration { alg = "HS256" }
}
resource "auth0_client" "chosen" {
  name     = "Chosen"
  app_type = "spa"
  client_secret = var.x ? "CANARY" : "CANARY"
  jwt_configuration { alg = "HS256" }
}
module "m" {
  source = "./m"
  code   = "CANARY"
}
resource "auth0_connection" "google" {
  name     = "google"
  strategy = "google-oauth2"
  options {
    client_id     = "x"
    client_secret = "CANARY"
  }
}
"#;

pub const MODULE: &str = r#"variable "code" {}
resource "auth0_client" "m" {
  name          = "M"
  app_type      = "spa"
  client_secret = var.code
  jwt_configuration { alg = "HS256" }
}
"#;

pub const JSON: &str = r#"{
  // "client_secret": "CANARY"
  "name": "Shop",
  "app_type": "spa",
  "description": "{\"client_secret\":\"CANARY\"}", "client_secret": "CANARY\u00fc\"CANARY",
  "jwt_configuration": { "alg": "HS256" },
  "encryption_key": { "secret": 31415926535897 },
  "grant_types": ["implicit"]
}
"#;

pub const DUMP: &str = r#"[{"tenant":"t","global":false,"name":"Shop","app_type":"spa","client_secret":"CANARY","jwt_configuration":{"alg":"HS256"},"grant_types":["implicit"]},{"tenant":"t","name":"B","client_secret" : "CANARY","app_type":"spa","jwt_configuration":{"alg":"HS256"}}]"#;

pub const TOML: &str = r#"# secret = "CANARY"
[[apps]]
name = "Shop"
app_type = "spa"
client_secret = "CANARY" # CANARY
jwt_configuration = { alg = "HS256" }
[[apps]]
name = "Lines"
app_type = "spa"
client_secret = """
CANARY
CANARY"""
jwt_configuration = { alg = "HS256" }
"#;

pub const NUMBER: &str = "[{\"name\":\"Shop\",\"app_type\":\"spa\",\"client_secret\":271828182845904523536,\
                      \"jwt_configuration\":{\"alg\":\"HS256\"},\"tenant\":\"t\"}]";

pub const TFVARS: &str = r#"shop = "CANARY"
other = { web = "CANARY" } # CANARY
"#;

pub const TF_JSON: &str = r#"{"variable": {"late": {"default": "CANARY", "sensitive": true}},
"resource": {"auth0_client": {
  "lit": {"name": "Lit", "app_type": "spa", "client_secret": "CANARY", "jwt_configuration": {"alg": "HS256"}},
  "half": {"name": "Half", "app_type": "spa", "client_secret": "CANARY${var.x}", "jwt_configuration": {"alg": "HS256"}}
}}}
"#;

/// A program of Pulumi, whose secrets come from wherever they can.
pub const PROGRAM: &str = r#"name: shop
runtime: yaml
config:
  fallback: { type: string, default: CANARY }
  hush: { type: string }
variables:
  web: CANARY
  chained: ${web}
  half: CANARY
resources:
  a:
    type: auth0:Client
    properties: { name: A, appType: spa, jwtConfiguration: { alg: HS256 } }
  aCredentials:
    type: auth0:ClientCredentials
    properties: { clientId: "${a.id}", clientSecret: "${chained}", authenticationMethod: client_secret_post }
  b:
    type: auth0:Client
    properties: { name: B, appType: spa, jwtConfiguration: { alg: HS256 } }
  bCredentials:
    type: auth0:ClientCredentials
    properties:
      clientId: ${b.id}
      clientSecret:
        fn::secret: CANARY
  c:
    type: auth0:Client
    properties: { name: C, appType: native, jwtConfiguration: { alg: HS256 } }
  cCredentials:
    type: auth0:ClientCredentials
    properties: { clientId: "${c.id}", clientSecret: "${hush}" }
  d:
    type: auth0:Client
    properties: { name: D, appType: native, jwtConfiguration: { alg: HS256 } }
  dCredentials:
    type: auth0:ClientCredentials
    properties:
      clientId: ${d.id}
      clientSecret:
        fn::join: ["", ["${half}", CANARY, "${fallback}"]]
"#;

/// The configuration of its stack.
pub const STACK: &str = "config:\n  shop:hush: CANARY\n  auth0:clientSecret: CANARY\n";

/// Manifests with secrets in them.
pub const MANIFESTS: &str = r"apiVersion: auth0.gracey.io/v1alpha1
kind: Client
metadata: { name: a }
spec:
  name: A
  type: non_interactive
  clientSecret:
    literal: CANARY
---
apiVersion: kubernetes.auth0.com/v1
kind: A0Client
metadata: { name: b }
spec:
  conf: { name: B, app_type: spa, client_secret: CANARY, jwt_configuration: { alg: HS256 } }
---
apiVersion: v1
kind: Secret
metadata: { name: b }
stringData: { clientSecret: CANARY }
";
