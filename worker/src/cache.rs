//! What is kept between requests: layers' facts and reports, by what they were made from. Never a blob.
//!
//! Three places, each asked when the one before has nothing: this isolate's memory; the Cache API (this data centre's; free);
//! R2 (`FACTS`, everywhere, for ever) or, on workerd, a folder (`KEPT`). All are optional, none is trusted: what comes back
//! is read as hostile input is. Keys hold digests, so nothing that is kept can be out of date; what may go out of date says
//! after how many seconds.

use std::cell::RefCell;
use std::collections::HashMap;

use wasm_bindgen::JsValue;
use worker::js_sys::Uint8Array;
use worker::wasm_bindgen_futures::JsFuture;
use worker::{Cache, Fetcher, Headers, Method, RequestInit, Response, web_sys};

use crate::Host;
use crate::wait::now;

/// Bytes that one isolate keeps in memory: outside of WebAssembly's, and a small part of the isolate's 128 MB.
const MEMORY: u32 = 24 << 20;
/// The largest single thing that is kept there.
const MEMORY_ITEM: u32 = MEMORY / 3;
/// What an item takes beside its bytes: its key, and what the runtime needs for a buffer. Verdicts are small and many.
const ITEM: u32 = 1024;
/// A name that no request can have: keys of the Cache API look like addresses.
const ORIGIN: &str = "https://porthole.invalid/";
/// How long what cannot go out of date is kept: a year.
pub(crate) const FOR_EVER: u32 = 31_536_000;

struct Item {
    bytes: Uint8Array,
    until: f64,
    used: f64,
}

#[derive(Default)]
struct Memory {
    items: HashMap<String, Item>,
    len: u32,
}

thread_local! {
    static KEPT: RefCell<Memory> = RefCell::default();
}

fn cost(bytes: &Uint8Array) -> u32 {
    bytes.length() + ITEM
}

impl Memory {
    fn get(&mut self, key: &str) -> Option<Uint8Array> {
        let now = now();
        let item = self.items.get_mut(key).filter(|item| item.until > now)?;
        item.used = now;
        Some(item.bytes.clone())
    }

    fn put(&mut self, key: &str, bytes: &Uint8Array, seconds: u32) {
        if bytes.length() > MEMORY_ITEM {
            return;
        }
        self.remove(key);
        while self.len + cost(bytes) > MEMORY {
            let oldest = self.items.iter().min_by(|a, b| a.1.used.total_cmp(&b.1.used)).map(|(key, _)| key.clone());
            let Some(oldest) = oldest else { break };
            self.remove(&oldest);
        }
        self.len += cost(bytes);
        let item = Item { bytes: bytes.clone(), until: now() + f64::from(seconds) * 1000.0, used: now() };
        self.items.insert(key.to_owned(), item);
    }

    fn remove(&mut self, key: &str) {
        if let Some(item) = self.items.remove(key) {
            self.len -= cost(&item.bytes);
        }
    }
}

impl Host {
    /// What is kept under this key. A place that fails has nothing.
    pub(crate) async fn kept(&self, key: &str) -> Option<Uint8Array> {
        if let Some(bytes) = KEPT.with_borrow_mut(|memory| memory.get(key)) {
            return Some(bytes);
        }
        let found = match of_cache(key).await {
            Some(bytes) => bytes,
            None => {
                let bytes = self.of_store(key).await?;
                to_cache(key, &bytes, FOR_EVER).await;
                bytes
            }
        };
        // How old it is, the cache knows; a minute is short enough for everything.
        KEPT.with_borrow_mut(|memory| memory.put(key, &found, 60));
        Some(found)
    }

    /// Keeps bytes for so many seconds.
    pub(crate) async fn keep(&self, key: &str, bytes: &Uint8Array, seconds: u32) {
        KEPT.with_borrow_mut(|memory| memory.put(key, bytes, seconds));
        to_cache(key, bytes, seconds).await;
        if seconds == FOR_EVER {
            self.to_store(key, bytes).await;
        }
    }

    fn folder(&self) -> Option<Fetcher> {
        self.env.service("KEPT").ok()
    }

    async fn of_store(&self, key: &str) -> Option<Uint8Array> {
        if let Ok(bucket) = self.env.bucket("FACTS") {
            let object = bucket.get(key).execute().await.ok()??;
            let bytes = object.body()?.bytes().await.ok()?;
            return Some(Uint8Array::from(bytes.as_slice()));
        }
        let response = self.folder()?.fetch(format!("http://kept/{key}"), None).await.ok()?;
        if response.status_code() == 200 { bytes_of(response).await } else { None }
    }

    async fn to_store(&self, key: &str, bytes: &Uint8Array) {
        // A place that is full or out of order costs the next one a scan, and nobody an answer.
        if let Ok(bucket) = self.env.bucket("FACTS") {
            let _ = bucket.put(key, bytes.to_vec()).execute().await;
        } else if let Some(folder) = self.folder() {
            let mut init = RequestInit::new();
            init.with_method(Method::Put).with_body(Some(bytes.clone().into()));
            let _ = folder.fetch(format!("http://kept/{key}"), Some(init)).await;
        }
    }
}

async fn of_cache(key: &str) -> Option<Uint8Array> {
    let found = Cache::default().get(format!("{ORIGIN}{key}"), false).await.ok()??;
    bytes_of(found).await
}

async fn to_cache(key: &str, bytes: &Uint8Array, seconds: u32) {
    let put = async {
        let headers = Headers::new();
        headers.set("cache-control", &format!("public, max-age={seconds}"))?;
        let response = response_of(bytes)?.with_headers(headers);
        Cache::default().put(format!("{ORIGIN}{key}"), response).await
    };
    // On workerd alone there may be no cache; then memory and folder do.
    let _: worker::Result<()> = put.await;
}

/// An answer whose body is these bytes, without a detour through WebAssembly's memory.
pub(crate) fn response_of(bytes: &Uint8Array) -> worker::Result<Response> {
    Ok(web_sys::Response::new_with_opt_js_u8_array(Some(bytes))?.into())
}

/// All bytes of an answer, outside of WebAssembly's memory.
pub(crate) async fn bytes_of(response: Response) -> Option<Uint8Array> {
    let response: web_sys::Response = response.into();
    let buffer: JsValue = JsFuture::from(response.array_buffer().ok()?).await.ok()?;
    Some(Uint8Array::new(&buffer))
}
