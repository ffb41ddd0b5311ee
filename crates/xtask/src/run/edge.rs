//! The edge worker: compiled, bound to JavaScript, bundled into `worker/build`; its tests; and serving it.
//!
//! The runtime and the deploying program come from npm (`worker/package.json`). What the worker's own build tool would do in
//! minutes of set-up is three calls of programs that the page needs anyway.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child as Process, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::wasm::Tools;
use crate::child::{About, Child, Failure};
use crate::fingerprint;
use crate::project::Project;
use crate::setup::images::WithImages;
use crate::setup::npm::Packages;
use crate::setup::wasm_toolchain::TARGET;
use crate::setup::{chromium, python, registry};
use crate::step::Done;

/// What the worker's file is called.
const NAME: &str = "porthole_worker";
/// Cloudflare's free plan takes scripts of so many bytes, compressed.
const LIMIT: usize = 3_000_000;
/// How long workerd may take to listen.
const PATIENCE: Duration = Duration::from_secs(20);
/// Ports that `serve` tries.
const PORTS: std::ops::Range<u16> = 8080..8101;

pub(super) fn is_there(project: &Project) -> bool {
    project.root.join("worker/Cargo.toml").is_file()
}

/// Builds `worker/build`.
pub(super) fn build(project: &Project) -> Result<Done, Failure> {
    let tools = Tools::ensure(project)?;
    let packages = Packages::install(project, "worker")?;
    let worker = project.root.join("worker");
    let inputs = ["crates/oci", "crates/report", "crates/rego", "crates/advisory", "crates/scan", "www/index.html", ".cargo"];
    let ours = ["src", "Cargo.toml", "Cargo.lock", "openapi.json", "entry.js"].map(|input| worker.join(input));
    let inputs: Vec<PathBuf> = inputs.iter().map(|input| project.root.join(input)).chain(ours).collect();
    let inputs: Vec<_> = inputs.iter().map(PathBuf::as_path).collect();
    let fingerprint = fingerprint::of(&inputs, &[&format!("{tools:?}")])?;
    let out = worker.join("build");
    let stamp = out.join(".xtask-stamp");
    if fingerprint::is_fresh(&stamp, &fingerprint) {
        println!("  nothing has changed");
        return Ok(Done::Ready);
    }
    fingerprint::forget(&stamp);
    let child = |label: &str, program: &str| tools.child(project, label, program).dir(&worker);
    child("edge-cargo", "cargo").args(["build", "--release", "--locked", "--target", TARGET]).succeed()?;
    let built = project.wasm_target().join(TARGET).join("release").join(format!("{NAME}.wasm"));
    // Beside, not below: whatever lies in `build` is deployed.
    let bound = worker.join("bound");
    // wasm-opt would take minutes for some percent: size matters less here than for visitors of the page.
    child("edge-bindgen", "wasm-bindgen")
        .args(["--target", "module", "--experimental-reset-state-function", "--no-typescript"])
        .args(["--remove-name-section", "--remove-producers-section", "--out-dir"])
        .args([&bound, &built])
        .succeed()?;
    fs::create_dir_all(&out).about(|| format!("make {}", out.display()))?;
    let module = out.join(format!("{NAME}_bg.wasm"));
    fs::copy(bound.join(format!("{NAME}_bg.wasm")), &module).about(|| format!("write {}", module.display()))?;
    // The runtime gives a compiled module for an ordinary import, and does not know the newer spelling.
    let glue = bound.join(format!("{NAME}.js"));
    let text = fs::read_to_string(&glue).about(|| format!("read {}", glue.display()))?;
    fs::write(&glue, text.replace("import source ", "import ")).about(|| format!("write {}", glue.display()))?;
    packages
        .program("esbuild")
        .args(["entry.js", "--bundle", "--format=esm", "--target=es2022", "--log-level=warning"])
        .args(["--external:*.wasm", "--external:cloudflare:*", "--external:node:*", "--outfile=build/index.js"])
        .succeed()?;
    let bytes = [&module, &out.join("index.js")].iter().try_fold(0, |sum, file| {
        let bytes = fs::read(file).about(|| format!("read {}", file.display()))?;
        let packed = crate::serve::compress(&bytes).about(|| format!("compress {}", file.display()))?;
        Ok::<_, Failure>(sum + packed.len())
    })?;
    println!("  {} kB compressed, of {} allowed", bytes / 1000, LIMIT / 1000);
    if bytes > LIMIT {
        return Err(Failure::new(format!("the worker has {bytes} bytes compressed, and the free plan takes {LIMIT}")));
    }
    fingerprint::keep(&stamp, &fingerprint)?;
    Ok(Done::Ready)
}

/// The tests of `tests/edge` that drive the worker.
pub(super) fn tests(project: &Project) -> Result<Done, Failure> {
    registry::ensure(project)?;
    let schemathesis = python::tool(project, "schemathesis", "4.32.5")?;
    // The command line is what the edge is held against: both as they are given to people.
    Child::new(project, "edge-cli", "cargo")
        .args(["build", "--quiet", "--profile", "fast", "--package", "porthole"])
        .succeed()?;
    Packages::install(project, "worker")?;
    // One test opens the page beside the edge, with the browser that the page's own tests use.
    Packages::install(project, "tests/web")?;
    let browser = chromium::ensure(project)?;
    let child = Packages::install(project, "tests/edge")?
        .script("edge")
        .env("PORTHOLE_CLI", project.target.join("fast/porthole"))
        .env("PORTHOLE_DIST", project.dist())
        .env("PORTHOLE_CHROMIUM", browser)
        .env("PORTHOLE_SCHEMATHESIS", schemathesis.join("schemathesis"));
    Done::of_tests(child.with_images(project))
}

/// Page and edge together, on workerd; gives the running program and its address.
///
/// # Errors
/// When the worker cannot be built or workerd does not start.
pub(super) fn start(project: &Project, port: Option<u16>) -> Result<(Process, String), Failure> {
    build(project)?;
    let port = port.map_or_else(free_port, Ok)?;
    let kept = project.state().join("kept");
    fs::create_dir_all(&kept).about(|| format!("make {}", kept.display()))?;
    let worker = project.root.join("worker");
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut process = Command::new(worker.join("node_modules/.bin/workerd"))
        .current_dir(&worker)
        .args(["serve", "workerd.capnp"])
        .arg(format!("--directory-path=page={}", project.dist().display()))
        .arg(format!("--directory-path=kept={}", kept.display()))
        .arg(format!("--socket-addr=http={address}"))
        .stdin(Stdio::null())
        .spawn()
        .about(|| "start workerd".to_owned())?;
    let begun = Instant::now();
    while TcpStream::connect(address).is_err() {
        let ended = process.try_wait().about(|| "wait for workerd".to_owned())?;
        if ended.is_some() || begun.elapsed() > PATIENCE {
            // It may have ended between the two calls.
            let _ = process.kill();
            return Err(Failure::new("workerd does not listen"));
        }
        sleep(Duration::from_millis(50));
    }
    Ok((process, format!("http://{address}/")))
}

fn free_port() -> Result<u16, Failure> {
    let free = PORTS.clone().find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok());
    free.ok_or_else(|| Failure::new("no port to listen on"))
}
