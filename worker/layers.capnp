# A process that reads layers for the one that answers (`workerd.capnp`): `serve.mjs` starts some. It answers nobody else: its
# socket is a file, and whoever may open that is let in.

using Workerd = import "/workerd/workerd.capnp";
using Edge = import "workerd.capnp";

const config :Workerd.Config = (
  v8Flags = Edge.flags,
  services = [
    (name = "layers", worker = .worker),
    (name = "kept", disk = (writable = true)),
    (name = "internet", network = Edge.internet),
  ],
  sockets = [(name = "layers", address = "unix:layers.sock", http = (), service = (name = "layers", entrypoint = "Layers"))],
);

const worker :Workerd.Worker = (
  compatibilityDate = Edge.date,
  modules = Edge.modules,
  globalOutbound = "internet",
  bindings = [Edge.registries, Edge.trusted, (name = "KEPT", service = "kept")],
);
