//! The page, beside the API: static files with the headers that keep them safe, and a mark that tells the page of the edge.

use worker::{Headers, Request, Response};

use crate::Host;
use crate::problem::{Kind, Problem};

/// The page as it is in the sources: its policy is the header too, so that workers obey it.
const PAGE: &str = include_str!("../../www/index.html");
/// Tells the page that references can be asked for.
const MARK: &str = "<meta name=\"porthole-edge\" content=\"v1\">";

/// Content-Security-Policy of everything that is served.
fn policy() -> String {
    let policy = PAGE.split_once("http-equiv=\"Content-Security-Policy\"").and_then(|(_, rest)| rest.split_once("content=\""));
    let policy = policy.and_then(|(_, rest)| rest.split_once('"')).map_or("default-src 'none'", |(policy, _)| policy);
    format!("{policy}; frame-ancestors 'none'")
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        "html" | "" => "text/html; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// A file of the page.
pub(crate) async fn answer(request: &Request, host: &Host) -> worker::Result<Response> {
    let path = request.path();
    let is_page = path == "/" || path == "/index.html";
    let nothing = || Problem::new(Kind::NotFound, "there is nothing at this address").response();
    let Ok(assets) = host.env.assets("ASSETS") else { return nothing() };
    if path.split('/').any(|part| part == ".." || part.starts_with('.')) {
        return nothing();
    }
    let file = if is_page { "/index.html" } else { path.as_str() };
    let mut found = assets.fetch(format!("http://assets{file}"), None).await?;
    if found.status_code() != 200 || is_listing(&found, file) {
        return nothing();
    }
    let headers = Headers::new();
    for name in ["etag", "last-modified"] {
        if let Some(value) = found.headers().get(name)?.filter(|_| !is_page) {
            headers.set(name, &value)?;
        }
    }
    headers.set("content-type", media_type(file))?;
    // Names of built files hold their hashes; the page and the index of the database do not.
    let for_ever = path.starts_with("/assets/") || path.starts_with("/db/") && !path.ends_with("/index.json");
    headers.set("cache-control", if for_ever { "public, max-age=31536000, immutable" } else { "no-cache" })?;
    headers.set("content-security-policy", &policy())?;
    headers.set("x-content-type-options", "nosniff")?;
    headers.set("referrer-policy", "no-referrer")?;
    headers.set("cross-origin-opener-policy", "same-origin")?;
    headers.set("cross-origin-resource-policy", "same-origin")?;
    headers.set("permissions-policy", "camera=(), geolocation=(), microphone=()")?;
    if request.url()?.scheme() == "https" {
        headers.set("strict-transport-security", "max-age=31536000")?;
    }
    if is_page {
        let page = found.text().await?.replacen("<head>", &format!("<head>\n{MARK}"), 1);
        return Ok(Response::from_bytes(page.into_bytes())?.with_headers(headers));
    }
    Ok(found.with_headers(headers))
}

/// What workerd says of a folder, which is no page.
fn is_listing(found: &Response, file: &str) -> bool {
    let media_type = found.headers().get("content-type").ok().flatten().unwrap_or_default();
    media_type.starts_with("application/json") && !file.ends_with(".json")
}
