//! What the operator decides: plain variables of `wrangler.jsonc` or `workerd.capnp`, each with a default that suits a paid plan.

use porthole_scan::oci::registry::Guard;
use worker::Env;
use worker::js_sys::Reflect;

use crate::processes::MOST;

/// The operator's decisions.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// False on the free plan, whose 10 ms of CPU cannot inflate a layer: answers then come without layers, and say so.
    pub(crate) layers: bool,
    /// Which addresses may be asked.
    pub(crate) guard: Guard,
    /// Most layers read of one image.
    pub(crate) max_layers: usize,
    /// Most bytes of one layer, compressed.
    pub(crate) max_layer: u64,
    /// Most bytes of all layers of one image, compressed.
    pub(crate) max_image: u64,
    /// Seconds after which one image is given up.
    pub(crate) max_seconds: u64,
    /// Seconds without a byte after which a registry counts as stalled.
    pub(crate) stall_seconds: u64,
    /// Seconds for which a tag is taken to mean the same image.
    pub(crate) tag_seconds: u64,
    /// Requests a minute that one client may make; 0: any number.
    pub(crate) per_minute: u32,
    /// Other processes of this machine that read layers: 0 to [`MOST`].
    pub(crate) layer_processes: usize,
    /// Header that names the client. Cloudflare sets its own; a proxy before workerd sets another.
    pub(crate) client_header: String,
}

impl Config {
    /// Reads the variables. One that cannot be read counts as not set: the defaults are the careful choice.
    pub(crate) fn read(env: &Env) -> Self {
        // workerd gives null for a variable that its environment does not have.
        let value = |name: &str| Reflect::get(env.as_ref(), &name.into()).ok()?.as_string();
        let text = |name: &str| value(name).filter(|value| !value.is_empty());
        let number = |name: &str, default: u64| text(name).and_then(|value| value.trim().parse().ok()).unwrap_or(default);
        let list = |name: &str| -> Vec<String> {
            let value = text(name).unwrap_or_default();
            value.split([',', ' ']).map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
        };
        let ports: Vec<u16> = list("PORTS").iter().filter_map(|port| port.parse().ok()).collect();
        Self {
            layers: text("PLAN").as_deref() != Some("free"),
            guard: Guard {
                registries: list("REGISTRIES"),
                ports: if ports.is_empty() { Guard::default().ports } else { ports },
                trusted: list("TRUSTED"),
            },
            max_layers: number("MAX_LAYERS", 127) as usize,
            max_layer: number("MAX_LAYER_MB", 2048) << 20,
            max_image: number("MAX_IMAGE_MB", 4096) << 20,
            max_seconds: number("MAX_SECONDS", 180),
            stall_seconds: number("STALL_SECONDS", 20),
            tag_seconds: number("TAG_SECONDS", 60),
            per_minute: number("REQUESTS_PER_MINUTE", 120) as u32,
            layer_processes: (number("LAYER_PROCESSES", 0) as usize).min(MOST),
            client_header: text("CLIENT_HEADER").unwrap_or_else(|| "cf-connecting-ip".into()),
        }
    }

    /// `full` or `free`, for people and the page.
    pub(crate) fn plan(&self) -> &'static str {
        if self.layers { "full" } else { "free" }
    }
}
