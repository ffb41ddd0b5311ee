//! Prints what image archives and layout folders hold: `show_archive PATH...`.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use porthole_oci::archive::{Archive, InputKind, Reader, StreamReader, StreamSink, sniff};
use porthole_oci::{Error, Limits};

struct Names(Vec<String>);

impl StreamSink for Names {
    fn blob(&mut self, name: &str, size: u64) {
        self.0.push(format!("{name} ({size})"));
    }
    fn data(&mut self, _: &[u8]) {}
    fn end(&mut self) {}
}

fn ranges(mut reader: Reader, open: impl Fn(Option<&str>) -> std::io::Result<File>) -> std::io::Result<Result<Archive, Error>> {
    let mut wants = 0;
    while let Some(want) = reader.wants() {
        wants += 1;
        let mut file = open(want.file.as_deref())?;
        file.seek(SeekFrom::Start(want.offset))?;
        let mut bytes = Vec::new();
        file.take(want.len).read_to_end(&mut bytes)?;
        if let Err(error) = reader.push(want.offset, &bytes) {
            return Ok(Err(error));
        }
    }
    println!("  {wants} ranges read");
    Ok(reader.finish())
}

fn stream(mut file: File) -> std::io::Result<Result<Archive, Error>> {
    let mut names = Names(Vec::new());
    let mut reader = StreamReader::new(Limits::default());
    let mut chunk = vec![0; 1 << 20];
    loop {
        let len = file.read(&mut chunk)?;
        if len == 0 {
            break;
        }
        if let Err(error) = reader.push(&chunk[..len], &mut names) {
            return Ok(Err(error));
        }
    }
    let archive = reader.finish(&mut names);
    println!("  went by: {:?}", names.0);
    Ok(archive)
}

fn files(folder: &Path, prefix: &str, out: &mut Vec<(String, u64)>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            files(&entry.path(), &format!("{name}/"), out)?;
        } else {
            out.push((name, entry.metadata()?.len()));
        }
    }
    Ok(())
}

fn main() -> std::io::Result<()> {
    for path in std::env::args().skip(1) {
        println!("{path}");
        let path = Path::new(&path);
        let archive = if path.is_dir() {
            let mut names = Vec::new();
            files(path, "", &mut names)?;
            ranges(Reader::folder(names, Limits::default()), |name| File::open(path.join(name.unwrap_or_default())))?
        } else {
            let mut file = File::open(path)?;
            let mut head = Vec::new();
            (&mut file).take(600).read_to_end(&mut head)?;
            match sniff(&head) {
                InputKind::Gzip | InputKind::Zstd => stream(File::open(path)?)?,
                _ => ranges(Reader::tar(file.metadata()?.len(), Limits::default()), |_| File::open(path))?,
            }
        };
        match archive {
            Err(error) => println!("  error: {error}"),
            Ok(archive) => {
                println!("  {}", archive.kind.name());
                for gap in &archive.gaps {
                    println!("  gap: {gap:?}");
                }
                for image in &archive.images {
                    println!(
                        "  image {:?} {} manifest {:?} config {:?}",
                        image.names,
                        image.platform,
                        image.manifest_digest(),
                        image.config_digest()
                    );
                    for layer in &image.layers {
                        println!("    {layer:?}");
                    }
                    for gap in &image.gaps {
                        println!("    gap: {gap:?}");
                    }
                }
                for artifact in &archive.artifacts {
                    println!("  artifact {:?} about {:?}: {}", artifact.kind, artifact.subject, artifact.artifact_type);
                }
            }
        }
    }
    Ok(())
}
