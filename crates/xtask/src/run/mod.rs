//! The work itself: which steps each command is made of. A new step is one entry in a table here.

mod advisories;
mod dependencies;
mod edge;
mod fuzz;
mod registry;
mod rust;
mod size;
mod standalone;
mod vulnerabilities;
mod wasm;
mod web;

use crate::child::Failure;
use crate::project::Project;
use crate::serve::Site;
use crate::setup::images;
use crate::step::{self, Done, STEP, Step};

const WASM_TOOLS: Step = Step {
    name: "wasm-tools",
    does: "the wasm32 target, wasm-pack, wasm-bindgen, wasm-opt",
    // All of them install Debian packages, which one program at a time can do.
    after: &["images", "references", "registry"],
    run: wasm::tools,
    ..STEP
};
const WASM: Step = Step {
    name: "wasm",
    does: "wasm-pack builds crates/wasm into www/src/pkg",
    needs: &["wasm-tools"],
    run: wasm::package,
    ..STEP
};
const PAGE: Step = Step {
    name: "page",
    does: "npm packages, then Vite builds the page into www/dist",
    needs: &["wasm"],
    applies: web::page_is_there,
    run: web::page,
    ..STEP
};

const ADVISORIES: Step = Step {
    name: "advisories",
    does: "porthole db build makes the page's advisory database",
    needs: &["page"],
    applies: |project| web::page_is_there(project) && advisories::are_there(project),
    run: advisories::database,
    ..STEP
};

const EDGE: Step = Step {
    name: "edge",
    does: "the edge worker is built into worker/build, and is small enough for every plan",
    needs: &["wasm-tools"],
    applies: edge::is_there,
    run: edge::build,
    ..STEP
};

/// What `cargo xtask build` does.
const BUILD: &[Step] = &[WASM_TOOLS, WASM, PAGE, ADVISORIES];

/// What `cargo xtask serve` does before it serves: advisories come while it does.
const SERVE: &[Step] = &[WASM_TOOLS, WASM, PAGE];

/// What `cargo xtask edge` does.
const WORKER: &[Step] = &[WASM_TOOLS, EDGE];

/// What `cargo xtask test` does, quickest answers first.
const TEST: &[Step] = &[
    Step { name: "format", does: "rustfmt has nothing to change", run: rust::format, ..STEP },
    Step { name: "lint", does: "clippy has nothing to say", run: rust::lint, ..STEP },
    Step { name: "images", does: "real images for the tests", applies: images_are_wanted, run: real_images, ..STEP },
    Step {
        name: "dependencies",
        does: "cargo-deny has nothing to say on licences, bans and sources",
        run: dependencies::cargo,
        ..STEP
    },
    Step {
        name: "lock-files",
        does: "npm's lock files name hashes and allowed licences, and no registry",
        applies: web::page_is_there,
        run: dependencies::npm,
        ..STEP
    },
    Step {
        name: "references",
        does: "the tools that the tests hold our answers against",
        // Like the images: it installs Debian packages, which one program at a time can do.
        after: &["images"],
        run: rust::references,
        ..STEP
    },
    Step { name: "rust", does: "Rust tests, natively", after: &["images", "references"], run: rust::tests, ..STEP },
    Step { name: "pieces", does: "the suite once more, pushed byte by byte", after: &["rust"], run: rust::pieces, ..STEP },
    Step {
        name: "registry",
        does: "tests of the command line against registries, good and bad",
        // It installs Debian packages; and the program that it runs is built by then.
        after: &["images", "references", "rust"],
        applies: registry::tests_are_there,
        run: registry::tests,
        ..STEP
    },
    WASM_TOOLS,
    WASM,
    Step { name: "examples", does: "examples in Rust documentation", run: rust::examples, ..STEP },
    Step { name: "fuzz", does: "every fuzz target for a moment", applies: fuzz::is_there, run: fuzz::smoke, ..STEP },
    Step { name: "wasm-tests", does: "Rust tests, in WebAssembly", needs: &["wasm-tools"], run: wasm::tests, ..STEP },
    PAGE,
    ADVISORIES,
    EDGE,
    Step {
        name: "vulnerabilities",
        does: "Porthole finds nothing known to be wrong with our own dependencies",
        needs: &["advisories"],
        applies: ADVISORIES.applies,
        run: vulnerabilities::check,
        ..STEP
    },
    Step {
        name: "size",
        does: "a visitor downloads no more than promised",
        needs: &["page"],
        applies: web::page_is_there,
        run: size::check,
        ..STEP
    },
    Step {
        name: "types",
        does: "TypeScript has nothing to say",
        needs: &["wasm"],
        applies: web::page_is_there,
        run: web::types,
        ..STEP
    },
    Step { name: "page-tests", does: "the page's own tests", applies: web::page_tests_are_there, run: web::unit_tests, ..STEP },
    Step {
        name: "browser",
        does: "tests that drive the page in Chromium",
        needs: &["page"],
        applies: web::browser_tests_are_there,
        after: &["images", "advisories"],
        alone: true,
        run: web::browser_tests,
    },
    Step {
        name: "edge-tests",
        does: "tests that drive the edge worker on workerd, against real and bad registries",
        needs: &["edge", "page"],
        after: &["images", "advisories", "browser"],
        applies: edge::is_there,
        alone: true,
        run: edge::tests,
    },
];

fn images_are_wanted(project: &Project) -> bool {
    std::env::var_os("PORTHOLE_IMAGES").is_some() || images::recipe(project).is_some()
}

fn real_images(project: &Project) -> Result<Done, Failure> {
    images::ensure(project).map(|()| Done::Ready)
}

/// `cargo xtask build`.
///
/// # Errors
/// When a step failed; why has been printed.
pub(crate) fn build(project: &Project) -> Result<(), Failure> {
    steps(project, BUILD)
}

fn steps(project: &Project, all: &[Step]) -> Result<(), Failure> {
    let steps = step::choose(project, all, &[])?;
    if step::run(project, &steps).success() { Ok(()) } else { Err(Failure::new("the page could not be built")) }
}

/// `cargo xtask serve`: does not return while it serves.
///
/// # Errors
/// When the page could not be built, or no port is free.
pub(crate) fn serve(project: &Project, port: Option<u16>) -> Result<(), Failure> {
    steps(project, SERVE)?;
    match edge::start(project, port) {
        Ok((mut edge, url)) => {
            println!("\nPorthole is at {url}, page and edge: images by reference too\nCtrl-C ends it.");
            advisories::while_serving(project);
            let ended = edge.wait().map_err(|error| Failure::new(format!("wait for workerd: {error}")))?;
            return if ended.success() { Ok(()) } else { Err(Failure::new(format!("workerd ended with {ended}"))) };
        }
        Err(failure) => {
            println!("\nno edge; the page works without:");
            failure.print();
        }
    }
    let site = Site::listen(project.dist(), port)?;
    println!("\nPorthole is at {}\nCtrl-C ends it.", site.url());
    std::thread::scope(|scope| {
        scope.spawn(|| advisories::while_serving(project));
        site.serve();
    });
    Ok(())
}

/// `cargo xtask edge`.
///
/// # Errors
/// When the worker could not be built.
pub(crate) fn worker(project: &Project) -> Result<(), Failure> {
    let steps = step::choose(project, WORKER, &[])?;
    if step::run(project, &steps).success() { Ok(()) } else { Err(Failure::new("the worker could not be built")) }
}

/// `cargo xtask standalone`.
///
/// # Errors
/// When the page could not be built or packed.
pub(crate) fn standalone(project: &Project, args: &[&str]) -> Result<(), Failure> {
    build(project)?;
    standalone::pack(project, args)
}

/// `cargo xtask fuzz`: every target for `seconds`.
///
/// # Errors
/// When something was found, or a target does not build.
pub(crate) fn fuzz(project: &Project, seconds: u64) -> Result<(), Failure> {
    match fuzz::all(project, seconds)? {
        Done::Ran(_, Some(failure)) => Err(failure),
        _ => Ok(()),
    }
}

/// `cargo xtask test`.
///
/// # Errors
/// When a step failed; why has been printed.
pub(crate) fn test(project: &Project, args: &[&str]) -> Result<(), Failure> {
    if args == ["--list"] {
        for step in step::choose(project, TEST, &[])? {
            println!("{:<16} {}", step.name, step.does);
        }
        return Ok(());
    }
    let steps = step::choose(project, TEST, args)?;
    let summary = step::run(project, &steps);
    summary.print();
    // Nothing may be printed after the summary: its last line is what programs read.
    if summary.success() { Ok(()) } else { std::process::exit(1) }
}
