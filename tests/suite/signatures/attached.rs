//! Signatures inside an archive: an OCI layout that carries a signed image, read as a host reads it.

use porthole_report::SignatureState;
use porthole_scan::oci::archive::Reader;
use porthole_scan::oci::{Digest, Limits};
use porthole_scan::signatures::{Machine, collect};
use serde_json::{Value, json};

use super::scenes::Samples;

/// A tar of an OCI layout: the image, and the scene's blobs, named as `cosign save` names them.
fn layout(samples: &Samples, scene: &Value) -> Vec<u8> {
    let (digest, manifest) = samples.image();
    let config = b"{}";
    let mut blobs = vec![(digest.clone(), manifest.clone()), (Digest::sha256(config).to_string(), config.to_vec())];
    blobs.extend(samples.blobs(scene));
    let related = scene["related"][0]["digest"].as_str().expect("digest");
    let size = |digest: &str| blobs.iter().find(|(name, _)| name == digest).map_or(0, |(_, bytes)| bytes.len());
    let index = json!({ "schemaVersion": 2, "manifests": [
        { "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": digest, "size": manifest.len(),
          "annotations": { "org.opencontainers.image.ref.name": "v1" } },
        { "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": related, "size": size(related),
          "annotations": { "org.opencontainers.image.ref.name": scene["related"][0]["tag"].as_str().unwrap_or("referrer") } },
    ] });
    let mut files = vec![
        ("oci-layout".to_owned(), br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec()),
        ("index.json".to_owned(), serde_json::to_vec(&index).expect("index")),
    ];
    files.extend(blobs.into_iter().map(|(digest, bytes)| (format!("blobs/{}", digest.replace(':', "/")), bytes)));
    let mut tar = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append_data(&mut header, name, bytes.as_slice()).expect("tar");
    }
    tar.into_inner().expect("tar")
}

#[test]
fn a_signature_in_an_archive_is_found_and_verified() {
    let samples = Samples::read();
    for name in ["ECDSA P-256", "bundle 0.3 with a statement", "notation application/cose ES256", "OpenVEX"] {
        let scene = samples.named(name);
        let bytes = layout(&samples, scene);
        let mut reader = Reader::tar(bytes.len() as u64, Limits::default());
        while let Some(want) = reader.wants() {
            let from = want.offset as usize;
            let to = (from + want.len as usize).min(bytes.len());
            reader.push(want.offset, &bytes[from..to]).expect("archive");
        }
        let archive = reader.finish().expect("archive");
        let [image] = archive.images.as_slice() else { panic!("{name}: {} images, {:?}", archive.images.len(), archive.gaps) };
        let mut read = |blob: &porthole_scan::oci::archive::Blob| match &blob.location {
            porthole_scan::oci::archive::Location::Range { offset, len, .. } => {
                bytes.get(*offset as usize..(*offset + *len) as usize).map(<[u8]>::to_vec)
            }
            _ => None,
        };
        let machine: Machine = collect(&archive, image, None, &mut read).unwrap_or_else(|| panic!("{name}: nothing attached"));
        let outcome = machine.finish(&samples.trust(scene), scene["now"].as_u64().expect("now"), &[]);
        let attested = outcome.signatures.attestations.iter().filter_map(|one| one.signature.as_ref());
        let states: Vec<SignatureState> =
            outcome.signatures.signatures.iter().chain(attested).map(|signature| signature.state).collect();
        assert_eq!(states, [SignatureState::Verified], "{name}: {:?}", outcome.gaps);
    }
}
