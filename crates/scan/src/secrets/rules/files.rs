//! Credentials of no issuer: URLs, headers, tokens by standard, passwords in configuration. The vague rules come last.

use porthole_report::Severity::{Critical, High, Medium};

use crate::secrets::alphabet::B64P;
use crate::secrets::rule::Part::Run;
use crate::secrets::rule::Rule;
use crate::secrets::shapes::{
    authorization_header, configured, connection_string, docker_auth, json_web_token, kubernetes_token, netrc, password_hash,
    pgpass, store_url, web_url,
};

const URL: &[&str] = &["://"];
const JWT: &[&str] = &["eyJhbGci", "eyJ0eXAi", "eyJraWQi", "eyJqa3Ui", "eyJ4NXQi", "eyJlbmMi", "eyJjdHki", "ewogICJ0"];
const HASH: &[&str] = &["$6$", "$5$", "$2a$", "$2b$", "$2y$", "$y$j", "$1$", "$apr1$", "$7$", "$gy$j", "$argon2id$", "$argon2i$"];

pub(crate) const RULES: &[Rule] = &[
    Rule::custom("kubernetes-service-account-token", "Kubernetes service account token", Critical, JWT, kubernetes_token),
    Rule::custom("json-web-token", "JSON Web Token", High, JWT, json_web_token),
    Rule::keyed("kubeconfig-client-key", "kubeconfig client key", Critical, &["client-key-data"], &[], &[Run(B64P, 100, 4000)])
        .entropy(40),
    Rule::custom("docker-registry-auth", "registry password of a Docker client", Critical, &["\"auth\""], docker_auth),
    Rule::custom("netrc-password", "password in a netrc file", Critical, &["password"], netrc).configuration_only().guessable(),
    Rule::custom(
        "pgpass-password",
        "password in a PostgreSQL password file",
        Critical,
        &[":5432:", ":*:*:", ":6432:", ":5433:", ":3306:"],
        pgpass,
    )
    .guessable(),
    Rule::custom("password-hash", "password hash", Medium, HASH, password_hash),
    Rule::custom(
        "authorization-header",
        "credentials in an Authorization header",
        High,
        &["uthorization", "UTHORIZATION"],
        authorization_header,
    ),
    Rule::custom("database-url-password", "password in a database or broker URL", High, URL, store_url).guessable(),
    Rule::custom("url-password", "password in a URL", High, URL, web_url).guessable(),
    Rule::custom(
        "connection-string-password",
        "password in a connection string",
        High,
        &["Password=", "password=", "Pwd=", "PWD=", "pwd="],
        connection_string,
    )
    .guessable(),
    Rule::custom(
        "configured-secret",
        "secret in a configuration file",
        High,
        &[
            "password",
            "Password",
            "PASSWORD",
            "passwd",
            "PASSWD",
            "passphrase",
            "PASSPHRASE",
            "secret",
            "Secret",
            "SECRET",
            "api_key",
            "API_KEY",
            "apikey",
            "apiKey",
            "APIKEY",
            "api-key",
            "token",
            "Token",
            "TOKEN",
            "private_key",
            "PRIVATE_KEY",
            "access_key",
            "ACCESS_KEY",
            "accessKey",
            "credential",
            "CREDENTIAL",
            "encryption_key",
            "ENCRYPTION_KEY",
            "_pass",
            "_PASS",
        ],
        configured,
    )
    .configuration_only()
    .guessable(),
];
