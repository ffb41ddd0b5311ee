//! Shapes that pieces in a row cannot say: URLs, connection strings, JSON Web Tokens, headers, password hashes.

use super::alphabet::{ALNUM, Alphabet, B64, B64P, TOKEN, URL64, WORD};
use super::checksum::{base64, basic_auth};
use super::matcher::{assigned, entropy, free_value, holds};
use super::placeholder;
use super::rule::{Span, Text};

/// `AccountKey=…` and `SharedAccessKey=…` in Azure connection strings.
pub(crate) fn azure_connection(text: &Text<'_>) -> Option<Span> {
    let start = text.after();
    let end = start + B64P.run(text.from(start), 100);
    let value = text.bytes.get(start..end)?;
    // Storage and Cosmos keys are 64 bytes, bus keys 32; the storage emulator's well-known key is no secret.
    if !matches!(value.len(), 88 | 44) || !value.ends_with(b"=") || entropy(value) < 4.0 {
        return None;
    }
    let emulator = value.starts_with(b"Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1");
    Some(Span {
        harmless: emulator.then_some("the storage emulator's well-known key"),
        name: (text.at, start - 1),
        ..Span::new(start, end)
    })
}

/// `sig=` of a shared access signature, proven by its version parameter.
pub(crate) fn azure_signature(text: &Text<'_>) -> Option<Span> {
    let start = text.after();
    let end = start + Alphabet::new("A-Za-z0-9%+/=").run(text.from(start), 80);
    let value = text.bytes.get(start..end)?;
    let query_start = text.at - TOKEN.or(Alphabet::new("?&:")).run_back(text.before(), 300);
    let query_end = text.bytes.len().min(end + 200);
    let query = text.bytes.get(query_start..query_end)?;
    let sas = memchr::memmem::find(query, b"sv=20").is_some() && memchr::memmem::find(query, b"se=20").is_some();
    (sas && (43..=60).contains(&value.len()) && entropy(value) > 4.0).then_some(Span::new(start, end))
}

/// Schemes of databases and brokers.
const STORES: &[&[u8]] = &[
    b"postgres",
    b"postgresql",
    b"mysql",
    b"mariadb",
    b"mongodb",
    b"mongodb+srv",
    b"redis",
    b"rediss",
    b"amqp",
    b"amqps",
    b"mssql",
    b"sqlserver",
    b"oracle",
    b"clickhouse",
    b"cassandra",
    b"couchdb",
    b"neo4j",
    b"bolt",
    b"nats",
    b"mqtt",
    b"mqtts",
    b"stomp",
    b"kafka",
    b"ldap",
    b"ldaps",
    b"memcached",
    b"cockroachdb",
    b"valkey",
    b"postgresql+psycopg2",
    b"postgresql+asyncpg",
    b"mysql+pymysql",
    b"mysql2",
];

/// The password in a database's or broker's URL.
pub(crate) fn store_url(text: &Text<'_>) -> Option<Span> {
    url(text).filter(|(_, store)| *store).map(|(span, _)| span)
}

/// The password in any other URL.
pub(crate) fn web_url(text: &Text<'_>) -> Option<Span> {
    url(text).filter(|(_, store)| !store).map(|(span, _)| span)
}

/// `scheme://user:password@host`: the password, and whether the scheme is a store's (RFC 3986 section 3.2.1).
fn url(text: &Text<'_>) -> Option<(Span, bool)> {
    let letters = Alphabet::new("a-zA-Z0-9+");
    let scheme_end = text.at;
    let scheme_start = scheme_end - letters.run_back(text.bytes.get(..scheme_end)?, 24);
    let scheme = text.bytes.get(scheme_start..scheme_end)?;
    let from = text.after();
    let rest = text.from(from);
    let stop = rest
        .iter()
        .take(256)
        .position(|byte| !(0x21..0x7F).contains(byte) || b"/?#\"'`<>\\{}|^,;()".contains(byte))
        .unwrap_or(rest.len().min(256));
    let authority = rest.get(..stop)?;
    let at = authority.iter().rposition(|byte| *byte == b'@')?;
    let (user_info, host) = (authority.get(..at)?, authority.get(at + 1..)?);
    let colon = user_info.iter().position(|byte| *byte == b':')?;
    let (user, password) = (user_info.get(..colon)?, user_info.get(colon + 1..)?);
    let host_name = host.split(|byte| *byte == b':').next().unwrap_or_default();
    if password.len() < 3 || host_name.is_empty() || !host_name.iter().all(|byte| WORD.or(Alphabet::new(".-[]")).has(*byte)) {
        return None;
    }
    if !user.iter().all(|byte| WORD.or(Alphabet::new(".%+~-")).has(*byte))
        || user == password
        || placeholder::is_placeholder(password)
        || documentation_host(host_name)
    {
        return None;
    }
    let start = from + colon + 1;
    Some((
        Span { name: (scheme_start, from + at), ..Span::new(start, start + password.len()) },
        STORES.contains(&scheme.to_ascii_lowercase().as_slice()),
    ))
}

/// RFC 2606 names, and words that stand for a host.
fn documentation_host(host: &[u8]) -> bool {
    let host = host.to_ascii_lowercase();
    let words: [&[u8]; 15] = [
        b"host",
        b"hostname",
        b"server",
        b"proxy",
        b"domain",
        b"your-host",
        b"yourhost",
        b"example",
        b"foo",
        b"bar",
        b"baz",
        b"site",
        b"url",
        b"proxyserver",
        b"myhost",
    ];
    words.contains(&host.as_slice())
        || host.split(|byte| *byte == b'.').any(|label| label == b"example" || label == b"invalid" || label == b"test")
        || host.starts_with(b"foo.")
        || host.starts_with(b"host.")
        || host.starts_with(b"some")
}

/// A signed JSON Web Token (RFC 7519): header, claims, signature. Kubernetes' own and public ones are other rules' or harmless.
pub(crate) fn json_web_token(text: &Text<'_>) -> Option<Span> {
    let (span, claims) = jwt(text)?;
    if holds(&claims, "kubernetes") && holds(&claims, "serviceaccount") {
        return None;
    }
    let harmless = if holds(&claims, "\"1234567890\"") || holds(&claims, "john doe") {
        Some("the example of the documentation")
    } else if holds(&claims, "\"role\":\"anon\"") {
        Some("an anonymous client's key, made to be public")
    } else {
        None
    };
    Some(Span { harmless, ..span })
}

/// The token of a Kubernetes service account.
pub(crate) fn kubernetes_token(text: &Text<'_>) -> Option<Span> {
    let (span, claims) = jwt(text)?;
    (holds(&claims, "kubernetes") && holds(&claims, "serviceaccount")).then_some(span)
}

fn jwt(text: &Text<'_>) -> Option<(Span, Vec<u8>)> {
    if text.before().last().is_some_and(|byte| URL64.or(Alphabet::new(".")).has(*byte)) {
        return None;
    }
    let header_end = text.at + URL64.run(text.from(text.at), 2000);
    let claims_start = dot(text, header_end)?;
    let claims_end = claims_start + URL64.run(text.from(claims_start), 3500);
    let signature_start = dot(text, claims_end)?;
    let end = signature_start + URL64.run(text.from(signature_start), 1400);
    let header = base64(text.bytes.get(text.at..header_end)?, 1500);
    let claims = base64(text.bytes.get(claims_start..claims_end)?, 2700);
    let wanted = header.starts_with(b"{") && holds(&header, "\"alg\"") && claims.starts_with(b"{") && end - signature_start >= 40;
    wanted.then_some((Span { shown: 3, ..Span::new(text.at, end) }, claims))
}

fn dot(text: &Text<'_>, at: usize) -> Option<usize> {
    (text.bytes.get(at) == Some(&b'.')).then_some(at + 1)
}

/// `Authorization: Bearer …` and `Basic …`.
pub(crate) fn authorization_header(text: &Text<'_>) -> Option<Span> {
    let start = assigned(text.bytes, text.at, text.after())?;
    let rest = text.from(start);
    let scheme = [b"Bearer ".as_slice(), b"bearer ", b"Basic ", b"basic ", b"token ", b"Token "]
        .into_iter()
        .find(|scheme| rest.starts_with(scheme))?;
    let start = start + scheme.len();
    let end = start + TOKEN.run(text.from(start), 1024);
    let value = text.bytes.get(start..end)?;
    let basic = scheme.eq_ignore_ascii_case(b"basic ");
    let strong = if basic {
        value.len() >= 8 && basic_auth(value) && !common_basic(value)
    } else {
        value.len() >= 20 && entropy(value) > 3.6 && value.iter().any(u8::is_ascii_digit)
    };
    (strong && !placeholder::is_placeholder(value)).then_some(Span { name: (text.at, text.after()), ..Span::new(start, end) })
}

/// `user:pass`, `username:password`, RFC 7617's `Aladdin:open sesame`, `foo:bar` and the like.
fn common_basic(value: &[u8]) -> bool {
    let plain = base64(value, 256).to_ascii_lowercase();
    let password = plain.split(|byte| *byte == b':').nth(1).unwrap_or_default();
    plain.starts_with(b"aladdin:") || placeholder::is_placeholder(password)
}

/// `"auth": "…"` of a Docker client's configuration: base64 of user and password.
pub(crate) fn docker_auth(text: &Text<'_>) -> Option<Span> {
    let start = assigned(text.bytes, text.at + 1, text.after() - 1)?;
    let end = start + B64P.run(text.from(start), 2000);
    let value = text.bytes.get(start..end)?;
    let wanted = value.len() >= 8 && text.bytes.get(end) == Some(&b'"') && basic_auth(value) && !common_basic(value);
    let docker = holds(text.path, "docker")
        || holds(text.path, "containers/auth.json")
        || holds(text.path, "config.json")
        || holds(text.before(), "\"auths\"");
    (wanted && docker).then_some(Span { name: (text.at + 1, text.after() - 1), ..Span::new(start, end) })
}

/// `name:$6$salt$hash`: a password's hash as crypt(5) writes it, in shadow(5), htpasswd and their like.
pub(crate) fn password_hash(text: &Text<'_>) -> Option<Span> {
    let before = text.before();
    if before.last() != Some(&b':') {
        return None;
    }
    let name_end = before.len() - 1;
    let name_start = name_end - WORD.or(Alphabet::new(".@-")).run_back(before.get(..name_end)?, 64);
    let clean = name_start == 0 || before.get(name_start - 1) == Some(&b'\n');
    let set = ALNUM.or(Alphabet::new("./$=,+"));
    let end = text.at + set.run(text.from(text.at), 200);
    let value = text.bytes.get(text.at..end)?;
    let fields = value.iter().filter(|byte| **byte == b'$').count();
    let closed = matches!(text.bytes.get(end), None | Some(b':' | b'\n' | b'\r'));
    (clean && name_end > name_start && fields >= 3 && value.len() >= 30 && closed).then_some(Span {
        shown: 3,
        name: (name_start, name_end),
        ..Span::new(text.at, end)
    })
}

/// `password …` in netrc(5).
pub(crate) fn netrc(text: &Text<'_>) -> Option<Span> {
    if !matches!(text.name(), b".netrc" | b"_netrc" | b"netrc")
        || !holds(text.before(), "machine") && !holds(text.before(), "default")
    {
        return None;
    }
    let start = text.after() + Alphabet::new(" \t\n\r").run(text.from(text.after()), 16);
    let end = free_value(text.bytes, start, 128);
    let value = text.bytes.get(start..end)?;
    (!value.is_empty() && !placeholder::is_placeholder(value))
        .then_some(Span { name: (text.at, text.after()), ..Span::new(start, end) })
}

/// `password = …` and its like in configuration files that people write.
pub(crate) fn configured(text: &Text<'_>) -> Option<Span> {
    if !text.class.config && !text.class.history || super::path_class::is_template(text.name()) {
        return None;
    }
    let name_start = text.at - super::matcher::NAME.run_back(text.before(), 48);
    let name_end = text.at + super::matcher::NAME.run(text.from(text.at), 64);
    let name = text.bytes.get(name_start..name_end)?;
    let start = assigned(text.bytes, name_start, name_end)?;
    let end = free_value(text.bytes, start, 200);
    let value = text.bytes.get(start..end)?;
    let text_name = std::str::from_utf8(name).ok()?;
    (value.len() <= 200 && super::names::is_secret(text_name, std::str::from_utf8(value).ok()?) && telling(value))
        .then_some(Span { name: (name_start, name_end), ..Span::new(start, end) })
}

/// Long and varied enough to be a password rather than a word of a configuration language.
fn telling(value: &[u8]) -> bool {
    let classes = [
        value.iter().any(u8::is_ascii_lowercase),
        value.iter().any(u8::is_ascii_uppercase),
        value.iter().any(u8::is_ascii_digit),
        value.iter().any(u8::is_ascii_punctuation),
    ];
    value.len() >= 6 && classes.into_iter().filter(|class| *class).count() >= 2 && entropy(value) >= 2.2
}

/// An ADO or ODBC connection string's `Password=…` or `Pwd=…`, told by its `Server=` or `Data Source=`.
pub(crate) fn connection_string(text: &Text<'_>) -> Option<Span> {
    let start = text.after();
    if !text.before().last().is_none_or(|byte| b";\"' ".contains(byte)) {
        return None;
    }
    let end = start
        + text
            .from(start)
            .iter()
            .take(128)
            .take_while(|byte| !matches!(**byte, b';' | b'"' | b'\'' | b'\n' | b'\r' | b'<' | b'&'))
            .count();
    let value = text.bytes.get(start..end)?;
    let near = text.bytes.get(text.at.saturating_sub(200)..text.bytes.len().min(end + 100))?;
    let server = holds(near, "server=") || holds(near, "data source=") || holds(near, "host=");
    let user = holds(near, "user id=") || holds(near, "uid=") || holds(near, "username=") || holds(near, "user=");
    let plain = !value.iter().any(|byte| b"(){}[] ".contains(byte));
    (server && user && plain && value.len() >= 4 && !placeholder::is_placeholder(value))
        .then_some(Span { name: (text.at, start - 1), ..Span::new(start, end) })
}

/// The private part of a JSON Web Key (RFC 7518 section 6): `"d"`, or `"k"` of a symmetric one.
pub(crate) fn json_web_key(text: &Text<'_>) -> Option<Span> {
    let from = text.at.saturating_sub(300);
    let window = text.bytes.get(from..text.bytes.len().min(text.at + 2000))?;
    for member in [b"\"d\"".as_slice(), b"\"k\""] {
        let Some(at) = memchr::memmem::find(window, member) else { continue };
        let Some(start) = assigned(window, at + 1, at + 2) else { continue };
        let end = start + URL64.run(window.get(start..).unwrap_or_default(), 700);
        let value = window.get(start..end)?;
        if value.len() >= 40 && window.get(end) == Some(&b'"') && entropy(value) > 4.0 {
            return Some(Span { name: (from + at + 1, from + at + 2), ..Span::new(from + start, from + end) });
        }
    }
    None
}

/// `PrivateKey = …` and `PresharedKey = …` of wg(8): 32 bytes in base64.
pub(crate) fn wireguard(text: &Text<'_>) -> Option<Span> {
    let start = assigned(text.bytes, text.at, text.after())?;
    let end = start + B64.run(text.from(start), 44);
    let section = holds(text.before(), "[interface]") || holds(text.before(), "[peer]") || holds(text.path, "wireguard");
    let wanted = end - start == 43 && text.bytes.get(end) == Some(&b'=') && section && entropy(text.bytes.get(start..end)?) > 4.0;
    wanted.then_some(Span { name: (text.at, text.after()), ..Span::new(start, end + 1) })
}

/// pgpass(5): `host:port:database:user:password`.
pub(crate) fn pgpass(text: &Text<'_>) -> Option<Span> {
    if text.name() != b".pgpass" {
        return None;
    }
    // The anchor is the port with its colons.
    let line_end = text.after() + text.from(text.after()).iter().take(400).take_while(|byte| **byte != b'\n').count();
    let rest = text.bytes.get(text.after()..line_end)?;
    let mut fields = rest.splitn(3, |byte| *byte == b':');
    let (_, _, password) = (fields.next()?, fields.next()?, fields.next()?);
    (!password.is_empty() && !placeholder::is_placeholder(password)).then_some(Span::new(line_end - password.len(), line_end))
}
