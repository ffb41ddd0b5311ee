//! Progress as server-sent events: `image`, `layer` (again and again), then `done` or `problem`.
//!
//! The stream looks at the work ten times a second and tells what has changed; the work goes on without it.

use std::collections::VecDeque;
use std::rc::Rc;

use futures_util::stream;
use serde_json::{Value, json};
use worker::{Headers, Response};

use crate::flight::Watch;
use crate::report::{LayerProgress, Ready, Work};
use crate::route::cors;
use crate::wait::sleep;

/// Milliseconds between two looks.
const LOOK: u64 = 100;
/// Looks without news after which a comment keeps proxies from closing the line.
const QUIET: u32 = 100;

struct Teller {
    work: Option<Rc<Work>>,
    watch: Watch,
    /// How the report is asked for once it is there.
    address: String,
    told_image: bool,
    told: Vec<LayerProgress>,
    quiet: u32,
    out: VecDeque<String>,
}

fn event(name: &str, data: &Value) -> String {
    format!("event: {name}\ndata: {data}\n\n")
}

impl Teller {
    fn look(&mut self) {
        let Some(work) = self.work.clone() else { return };
        let outcome = self.watch.look(&work, LOOK);
        let progress = work.progress.borrow();
        if let Some(image) = progress.image.as_ref().filter(|_| !self.told_image) {
            self.told_image = true;
            self.out.push_back(event("image", image));
        }
        self.told.resize(progress.layers.len(), LayerProgress { read: 0, size: 0, state: "waiting" });
        for (index, (layer, told)) in progress.layers.iter().zip(&mut self.told).enumerate() {
            if layer != told && layer.state != "waiting" {
                *told = *layer;
                let data = json!({"index": index, "read": layer.read, "size": layer.size, "state": layer.state});
                self.out.push_back(event("layer", &data));
            }
        }
        match outcome {
            Some(Ok(ready)) => self.finish(event("done", &self.done(&ready))),
            Some(Err(problem)) => self.finish(event("problem", &problem.json())),
            None => {}
        }
    }

    fn done(&self, ready: &Ready) -> Value {
        json!({"report": self.address, "pinned": ready.pinned})
    }

    fn finish(&mut self, last: String) {
        self.out.push_back(last);
        self.work = None;
    }
}

/// The stream of one request.
pub(crate) fn answer(asked: Result<Rc<Ready>, Rc<Work>>, address: String) -> worker::Result<Response> {
    let mut teller = Teller {
        work: None,
        watch: Watch::default(),
        address,
        told_image: false,
        told: Vec::new(),
        quiet: 0,
        out: VecDeque::new(),
    };
    match asked {
        Ok(ready) => teller.finish(event("done", &teller.done(&ready))),
        Err(work) => teller.work = Some(work),
    }
    let events = stream::unfold(teller, |mut teller| async move {
        loop {
            teller.look();
            if !teller.out.is_empty() {
                teller.quiet = 0;
                let text: String = teller.out.drain(..).collect();
                return Some((Ok::<_, worker::Error>(text.into_bytes()), teller));
            }
            teller.work.as_ref()?;
            teller.quiet += 1;
            if teller.quiet >= QUIET {
                teller.quiet = 0;
                return Some((Ok(b": still at it\n\n".to_vec()), teller));
            }
            sleep(LOOK).await;
        }
    });
    let headers = Headers::new();
    headers.set("content-type", "text/event-stream; charset=utf-8")?;
    headers.set("cache-control", "no-store")?;
    headers.set("x-content-type-options", "nosniff")?;
    cors(&headers)?;
    Ok(Response::from_stream(events)?.with_headers(headers))
}
