# Page and edge on a machine of your own, by workerd alone:
#
#   npx workerd serve worker/workerd.capnp --directory-path page=www/dist --directory-path kept=/var/lib/porthole
#
# `--socket-addr http=*:8080` listens elsewhere. `node worker/serve.mjs` starts the same with a process more for each core.
# Names in references that lead into your network are refused twice: by the worker, as they are written, and by `internet`
# below, as they resolve.

using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  v8Flags = .flags,
  services = [
    (name = "edge", worker = .edge),
    # The built page, with the advisory database in its folder `db`.
    (name = "page", disk = (writable = false)),
    # What layers said, by digest: grows by some percent of the layers' size, may be emptied at any time.
    (name = "kept", disk = (writable = true)),
    (name = "internet", network = .internet),
    # Processes that read layers (`layers.capnp`), as many as PORTHOLE_LAYER_PROCESSES says; `--external-addr` tells where they are.
    (name = "layers-1", external = (address = "unix:layers-1.sock", http = ())),
    (name = "layers-2", external = (address = "unix:layers-2.sock", http = ())),
    (name = "layers-3", external = (address = "unix:layers-3.sock", http = ())),
    (name = "layers-4", external = (address = "unix:layers-4.sock", http = ())),
    (name = "layers-5", external = (address = "unix:layers-5.sock", http = ())),
    (name = "layers-6", external = (address = "unix:layers-6.sock", http = ())),
    (name = "layers-7", external = (address = "unix:layers-7.sock", http = ())),
    (name = "layers-8", external = (address = "unix:layers-8.sock", http = ())),
  ],
  sockets = [(name = "http", address = "127.0.0.1:8787", http = (), service = "edge")],
);

# V8 begins to look through its old objects at half of a limit that is made for browsers, and each holds memory of the runtime:
# by then a process has some hundred megabytes that nobody needs. So it begins early. README.md has the figures.
const flags :List(Text) = ["--initial-old-space-size=8", "--max-semi-space-size=2"];

const internet :Workerd.Network = (allow = ["public"], tlsOptions = (trustBrowserCas = true));

# SHA-256 by the runtime's own code, `node:crypto`, comes with this date.
const date :Text = "2026-11-01";

const modules :List(Workerd.Worker.Module) = [
  (name = "index.js", esModule = embed "build/index.js"),
  (name = "porthole_worker_bg.wasm", wasm = embed "build/porthole_worker_bg.wasm"),
];

# Decisions: see README.md. An empty text is the default.
const registries :Workerd.Worker.Binding = (name = "REGISTRIES", fromEnvironment = "PORTHOLE_REGISTRIES");
const trusted :Workerd.Worker.Binding = (name = "TRUSTED", fromEnvironment = "PORTHOLE_TRUSTED");

const edge :Workerd.Worker = (
  compatibilityDate = .date,
  modules = .modules,
  globalOutbound = "internet",
  bindings = [
    .registries,
    .trusted,
    (name = "CLIENT_HEADER", fromEnvironment = "PORTHOLE_CLIENT_HEADER"),
    (name = "REQUESTS_PER_MINUTE", fromEnvironment = "PORTHOLE_REQUESTS_PER_MINUTE"),
    (name = "ASSETS", service = "page"),
    (name = "KEPT", service = "kept"),
    (name = "LAYERS", service = (name = "edge", entrypoint = "Layers")),
    (name = "LAYER_PROCESSES", fromEnvironment = "PORTHOLE_LAYER_PROCESSES"),
    (name = "LAYERS_1", service = "layers-1"),
    (name = "LAYERS_2", service = "layers-2"),
    (name = "LAYERS_3", service = "layers-3"),
    (name = "LAYERS_4", service = "layers-4"),
    (name = "LAYERS_5", service = "layers-5"),
    (name = "LAYERS_6", service = "layers-6"),
    (name = "LAYERS_7", service = "layers-7"),
    (name = "LAYERS_8", service = "layers-8"),
  ],
);
