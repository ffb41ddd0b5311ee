# Page and edge on a machine of your own, by workerd alone:
#
#   npx workerd serve worker/workerd.capnp --directory-path page=www/dist --directory-path kept=/var/lib/porthole
#
# `--socket-addr http=*:8080` listens elsewhere. Names in references that lead into your network are refused twice: by the
# worker, as they are written, and by `internet` below, as they resolve.

using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "edge", worker = .edge),
    # The built page, with the advisory database in its folder `db`.
    (name = "page", disk = (writable = false)),
    # What layers said, by digest: grows by some percent of the layers' size, may be emptied at any time.
    (name = "kept", disk = (writable = true)),
    (name = "internet", network = (allow = ["public"], tlsOptions = (trustBrowserCas = true))),
  ],
  sockets = [(name = "http", address = "127.0.0.1:8787", http = (), service = "edge")],
);

const edge :Workerd.Worker = (
  compatibilityDate = "2026-11-01",
  # SHA-256 by the runtime's own code comes with it.
  compatibilityFlags = ["nodejs_compat"],
  modules = [
    (name = "index.js", esModule = embed "build/index.js"),
    (name = "porthole_worker_bg.wasm", wasm = embed "build/porthole_worker_bg.wasm"),
  ],
  globalOutbound = "internet",
  bindings = [
    (name = "ASSETS", service = "page"),
    (name = "LAYERS", service = (name = "edge", entrypoint = "Layers")),
    (name = "KEPT", service = "kept"),
    # Decisions: see README.md. An empty text is the default; `system` environment variables could stand here too.
    (name = "REGISTRIES", fromEnvironment = "PORTHOLE_REGISTRIES"),
    (name = "TRUSTED", fromEnvironment = "PORTHOLE_TRUSTED"),
    (name = "CLIENT_HEADER", fromEnvironment = "PORTHOLE_CLIENT_HEADER"),
    (name = "REQUESTS_PER_MINUTE", fromEnvironment = "PORTHOLE_REQUESTS_PER_MINUTE"),
  ],
);
