//! Which address asks for what. Nothing is changed by asking: the one body that is taken is a policy to judge by.

use std::rc::Rc;

use porthole_report::export::{self, badge_without_report};
use porthole_scan::oci::registry::{Url, known};
use porthole_scan::oci::{Platform, Reference};
use porthole_scan::time::rfc3339;
use serde_json::json;
use worker::{Headers, Request, Response};

use crate::cache::response_of;
use crate::policy::Posted;
use crate::problem::{self, Kind, POSTING, Problem, READING};
use crate::report::{Asked, Ready, ask};
use crate::{Host, events, page};

/// The description of this API, as it is served.
const OPENAPI: &str = include_str!("../openapi.json");
/// Longest reference that is read, characters: registry, repository, tag and digest at their longest fit.
const MAX_REFERENCE: usize = 700;

/// The address that takes a policy.
const POLICY: &str = "/v1/policy";

/// Anybody's page may read what is said here: it is all about public images.
pub(crate) fn cors(headers: &Headers) -> worker::Result<()> {
    headers.set("access-control-allow-origin", "*")?;
    headers.set("access-control-expose-headers", "ETag, Link, Porthole-Image, Porthole-Now, Retry-After")?;
    headers.set("cross-origin-resource-policy", "cross-origin")
}

/// Answers a request.
pub(crate) async fn answer(request: Request, host: Rc<Host>) -> worker::Result<Response> {
    let path = request.path();
    let is_api = matches!(path.as_str(), "/v1/report" | "/v1/progress" | "/badge.svg");
    // The runtime's own word: to the crate, a method that it does not know is GET.
    let outcome = match request.inner().method().as_str() {
        "OPTIONS" => return preflight(if path == POLICY { POSTING } else { READING }),
        "POST" if path == POLICY => match host.count(&request).await {
            Ok(()) => judge(&request, &host).await,
            Err(problem) => Err(problem),
        },
        _ if path == POLICY => Err(Problem::method(POSTING)),
        "GET" | "HEAD" if is_api => match host.count(&request).await {
            Ok(()) => ask_for(&request, &host, &path).await,
            Err(problem) => Err(problem),
        },
        "GET" | "HEAD" => other(&request, &host, &path).await,
        _ => Err(Problem::method(READING)),
    };
    match outcome {
        Ok(response) => Ok(response),
        // A badge is a picture, whatever it has to say.
        Err(problem) if path == "/badge.svg" => {
            let failed = problem.response()?;
            let headers = failed.headers().clone();
            headers.set("content-type", "image/svg+xml")?;
            headers.set("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")?;
            let picture = badge_without_report(problem.title()).into_bytes();
            Ok(Response::from_bytes(picture)?.with_headers(headers).with_status(failed.status_code()))
        }
        Err(problem) => problem.response(),
    }
}

fn preflight(methods: &str) -> worker::Result<Response> {
    let headers = Headers::new();
    cors(&headers)?;
    headers.set("allow", methods)?;
    headers.set("access-control-allow-methods", methods)?;
    headers.set("access-control-allow-headers", "Content-Type, If-None-Match")?;
    headers.set("access-control-max-age", "86400")?;
    Ok(Response::empty()?.with_status(204).with_headers(headers))
}

/// What the query asks for.
fn asked(request: &Request, badge: bool) -> Result<Asked, Problem> {
    let bad = |what: String| Problem::new(Kind::BadParameter, what);
    let url = request.url()?;
    let parameter = |name: &str| {
        let mut values = url.query_pairs().filter(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        match (values.next(), values.next()) {
            (Some(_), Some(_)) => Err(bad(format!("{name} is given twice"))),
            (value, _) => Ok(value),
        }
    };
    let image = parameter("image")?.ok_or_else(|| bad("image is missing: ?image=nginx, for one".into()))?;
    if image.chars().count() > MAX_REFERENCE {
        return Err(bad(format!("image is longer than {MAX_REFERENCE} characters")));
    }
    let reference = Reference::parse(&image).map_err(|error| bad(error.to_string()))?;
    let platform =
        parameter("platform")?.map(|text| text.parse::<Platform>().map_err(|error| bad(error.to_string()))).transpose()?;
    let format = if badge { "badge".to_owned() } else { parameter("format")?.unwrap_or_else(|| "json".into()) };
    let exporter = export::find(&format).ok_or_else(|| {
        let known: Vec<_> = export::ALL.iter().map(|exporter| exporter.id()).collect();
        bad(format!("format is one of {}", known.join(", ")))
    })?;
    let fast = match parameter("mode")?.as_deref() {
        None | Some("full") => false,
        Some("fast") => true,
        Some(_) => return Err(bad("mode is full or fast".into())),
    };
    Ok(Asked { reference, platform, exporter, fast, policy: None })
}

/// Whether the reference names a registry that may be asked, before any work is begun for it.
fn allowed(host: &Host, reference: &Reference) -> Result<(), Problem> {
    let guard = &host.config.guard;
    let api = known::api_host(&reference.registry);
    let scheme = if guard.trusts(&reference.registry) { "http" } else { "https" };
    let url = Url::parse(&format!("{scheme}://{api}/")).map_err(|error| Problem::new(Kind::BadParameter, error.to_string()))?;
    let allowed = guard.reference(reference).and_then(|()| guard.url(&reference.registry, &url));
    allowed.map_err(|error| Problem::new(Kind::RegistryNotAllowed, error.to_string()))
}

async fn ask_for(request: &Request, host: &Rc<Host>, path: &str) -> Result<Response, Problem> {
    let asked = asked(request, path == "/badge.svg")?;
    allowed(host, &asked.reference)?;
    let begun = ask(host, &asked).await;
    if path == "/v1/progress" {
        let query = request.url()?.query().unwrap_or_default().to_owned();
        return Ok(events::answer(begun, format!("v1/report?{query}"))?);
    }
    let ready = match begun {
        Ok(ready) => ready,
        Err(work) => work.wait(|| ()).await?,
    };
    Ok(written(request, &asked, &ready)?)
}

/// How an image does under the policy in the request's body.
async fn judge(request: &Request, host: &Rc<Host>) -> Result<Response, Problem> {
    let asked = asked(request, true)?;
    allowed(host, &asked.reference)?;
    let policy = Posted::read(request, host.config.stall_seconds).await?;
    let asked = Asked { policy: Some(Rc::new(policy)), ..asked };
    let ready = match ask(host, &asked).await {
        Ok(ready) => ready,
        Err(work) => work.wait(|| ()).await?,
    };
    let headers = Headers::new();
    headers.set("content-type", "application/json")?;
    headers.set("cache-control", "no-store")?;
    headers.set("porthole-image", &ready.pinned)?;
    headers.set("porthole-now", &rfc3339(ready.now))?;
    headers.set("x-content-type-options", "nosniff")?;
    cors(&headers)?;
    Ok(response_of(&ready.bytes)?.with_headers(headers))
}

/// A report as an answer.
fn written(request: &Request, asked: &Asked, ready: &Ready) -> worker::Result<Response> {
    let headers = Headers::new();
    let etag = format!("\"{}\"", ready.tag);
    headers.set("etag", &etag)?;
    // A tag may move any minute; what a digest names does not, and its report changes once a day.
    let seconds = if asked.reference.digest.is_some() { 3600 } else { 60 };
    headers.set("cache-control", &format!("public, max-age={seconds}"))?;
    headers.set("porthole-image", &ready.pinned)?;
    headers.set("porthole-now", &rfc3339(ready.now))?;
    let platform = asked.platform.as_ref().map_or_else(String::new, |platform| format!("&platform={platform}"));
    let origin = request.url()?.origin().ascii_serialization();
    headers.set("link", &format!("<{origin}/?image={}{platform}>; rel=\"canonical\"", ready.pinned))?;
    headers.set("x-content-type-options", "nosniff")?;
    // Some formats are documents, and names in them come from the image: they get an origin of their own.
    headers.set("content-security-policy", "sandbox allow-scripts; frame-ancestors 'none'")?;
    cors(&headers)?;
    let known = request.headers().get("if-none-match")?.unwrap_or_default();
    if known.split(',').any(|tag| matches!(tag.trim().trim_start_matches("W/"), tag if tag == etag || tag == "*")) {
        return Ok(Response::empty()?.with_status(304).with_headers(headers));
    }
    let media_type = asked.exporter.media_type();
    let says_nothing = media_type.starts_with("text/") && !media_type.contains(';');
    headers.set("content-type", &if says_nothing { format!("{media_type}; charset=utf-8") } else { media_type.to_owned() })?;
    Ok(response_of(&ready.bytes)?.with_headers(headers))
}

async fn other(request: &Request, host: &Rc<Host>, path: &str) -> Result<Response, Problem> {
    let text = |media_type: &str, body: String| -> worker::Result<Response> {
        let headers = Headers::new();
        headers.set("content-type", media_type)?;
        headers.set("cache-control", "no-cache")?;
        headers.set("x-content-type-options", "nosniff")?;
        headers.set("content-security-policy", "default-src 'none'")?;
        cors(&headers)?;
        Ok(Response::from_bytes(body.into_bytes())?.with_headers(headers))
    };
    Ok(match path {
        "/healthz" => text("application/json", health(host).await)?,
        "/openapi.json" => {
            text("application/json", OPENAPI.replace("\"0.0.0\"", concat!("\"", env!("CARGO_PKG_VERSION"), "\"")))?
        }
        "/problems" => text("text/plain; charset=utf-8", problem::list())?,
        _ => page::answer(request, host).await?,
    })
}

async fn health(host: &Host) -> String {
    let database = host.database().await;
    let memory = wasm_bindgen::memory();
    let buffer = worker::js_sys::Reflect::get(&memory, &"buffer".into());
    let length = buffer.and_then(|buffer| worker::js_sys::Reflect::get(&buffer, &"byteLength".into()));
    let health = json!({
        "status": "ok",
        "service": "porthole-edge",
        "version": env!("CARGO_PKG_VERSION"),
        "plan": host.config.plan(),
        "database": database.version,
        "memoryBytes": length.ok().and_then(|length| length.as_f64()).unwrap_or(0.0) as u64,
    });
    format!("{health:#}\n")
}
