//! A body as it arrives: chunks of one buffer, a time limit on each wait.
//!
//! The runtime's own stream gives a few kilobytes at a time, each through a promise; asking for more at once is several times
//! quicker. Memory stays one buffer, whatever the body's length.

use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use worker::js_sys::{Object, Promise, Reflect, Uint8Array};
use worker::wasm_bindgen_futures::JsFuture;
use worker::web_sys::ReadableStream;
use worker::{Response, ResponseBody};

use crate::fetch::STALLED;
use crate::wait::within;

/// Largest chunk, bytes.
const CHUNK: u32 = 256 << 10;
/// A read waits for so many bytes, or for the end.
const AT_LEAST: u32 = 64 << 10;

#[wasm_bindgen]
extern "C" {
    /// `ReadableStream`, as far as it is needed.
    type Stream;
    #[wasm_bindgen(method, catch, js_name = getReader)]
    fn get_reader(this: &Stream, options: &JsValue) -> Result<Reader, JsValue>;

    /// `ReadableStreamBYOBReader`, with workerd's own addition.
    type Reader;
    #[wasm_bindgen(method, catch, js_name = readAtLeast)]
    fn read_at_least(this: &Reader, bytes: u32, view: &Uint8Array) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn cancel(this: &Reader) -> Result<Promise, JsValue>;
}

/// A body that is being read.
pub(crate) struct Body {
    reader: Option<Reader>,
    view: Option<Uint8Array>,
    chunk: Vec<u8>,
}

impl Body {
    /// The body of an answer.
    pub(crate) fn of(response: &Response) -> worker::Result<Self> {
        match response.body() {
            ResponseBody::Stream(stream) => Self::of_stream(stream),
            _ => Ok(Self { reader: None, view: None, chunk: Vec::new() }),
        }
    }

    /// What comes out of a stream of bytes.
    pub(crate) fn of_stream(stream: &ReadableStream) -> worker::Result<Self> {
        let options = Object::new();
        Reflect::set(&options, &"mode".into(), &"byob".into())?;
        let reader = stream.unchecked_ref::<Stream>().get_reader(&options)?;
        Ok(Self { reader: Some(reader), view: None, chunk: Vec::new() })
    }

    /// The next chunk; none at the end. What the network says where it breaks.
    pub(crate) async fn next(&mut self, stall: u64) -> Result<Option<&[u8]>, String> {
        let Some(reader) = &self.reader else { return Ok(None) };
        let view = self.view.take().unwrap_or_else(|| Uint8Array::new_with_length(CHUNK));
        let read = reader.read_at_least(AT_LEAST, &view).map_err(|error| message(&error))?;
        let Some(read) = within(stall, JsFuture::from(read)).await else {
            self.cancel();
            return Err(format!("{STALLED} {stall} seconds"));
        };
        let read = read.map_err(|error| message(&error))?;
        let get = |name: &str| Reflect::get(&read, &name.into()).unwrap_or(JsValue::UNDEFINED);
        let value: Option<Uint8Array> = get("value").dyn_into().ok();
        let Some(value) = value.filter(|value| value.length() > 0) else {
            self.reader = None;
            return Ok(None);
        };
        if get("done").is_truthy() {
            self.reader = None;
        }
        self.chunk.resize(value.length() as usize, 0);
        value.copy_to(&mut self.chunk);
        // The view was taken by the reader; its buffer comes back with the answer.
        self.view = Some(Uint8Array::new(&value.buffer()));
        Ok(Some(&self.chunk))
    }

    /// All of it, up to one byte more than `max`: the machine sees that it is longer.
    pub(crate) async fn all(mut self, max: u64, stall: u64) -> Result<Vec<u8>, String> {
        let mut whole = Vec::new();
        while let Some(chunk) = self.next(stall).await? {
            whole.extend_from_slice(chunk);
            if whole.len() as u64 > max {
                whole.truncate((max as usize).saturating_add(1));
                self.cancel();
                break;
            }
        }
        Ok(whole)
    }

    /// Wants no more: the connection is closed instead of being read to its end.
    pub(crate) fn cancel(&mut self) {
        if let Some(reader) = self.reader.take() {
            // Nobody waits for it: the body may be long, and the other side silent.
            let _ = reader.cancel();
        }
    }
}

/// What a JavaScript error says.
pub(crate) fn message(error: &JsValue) -> String {
    let text = Reflect::get(error, &"message".into()).ok().and_then(|text| text.as_string());
    text.or_else(|| error.as_string()).unwrap_or_else(|| "the connection failed".into())
}
