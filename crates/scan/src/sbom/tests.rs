use super::*;

fn lines(document: &SbomDocument) -> Vec<String> {
    document.packages.iter().map(|package| format!("{} {:?} {}", package.purl, package.licenses, package.path)).collect()
}

const CYCLONEDX: &str = r#"{"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{"component":{"type":"container","name":"app:1"}},
  "components":[{"bom-ref":"a","type":"library","name":"lodash","version":"4.17.20","purl":"pkg:npm/lodash@4.17.20",
    "licenses":[{"license":{"id":"MIT"}},{"expression":"ISC OR BSD-2-Clause"}],
    "properties":[{"name":"syft:location:0:path","value":"/srv/package.json"},{"name":"x","value":"y"}],
    "components":[{"type":"library","name":"inner","purl":"pkg:npm/%40s/inner@1.0.0"}]},
  {"type":"operating-system","name":"debian","version":"12"},{"type":"library","name":"no-purl","version":"1"},{"type":"file","name":"/bin/x"}]}"#;
const CYCLONEDX_XML: &str = r#"<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.4" version="1"><metadata><component type="container"><name>app:1</name></component></metadata>
  <components><component type="library" bom-ref="a"><name>lodash</name><version>4.17.20</version><licenses><license><id>MIT</id></license><expression>ISC OR BSD-2-Clause</expression></licenses>
  <purl>pkg:npm/lodash@4.17.20</purl><properties><property name="syft:location:0:path">/srv/package.json</property></properties>
  <components><component type="library"><name>inner</name><purl>pkg:npm/%40s/inner@1.0.0</purl></component></components></component>
  <component type="operating-system"><name>debian</name><version>12</version></component><component type="library"><name>no-purl</name></component></components></bom>"#;
const SPDX: &str = r#"{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","name":"app:1","packages":[
  {"SPDXID":"SPDXRef-os","name":"python3-six","versionInfo":"1.16.0-4","licenseConcluded":"NOASSERTION","licenseDeclared":"MIT",
   "externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:deb/debian/python3-six@1.16.0-4?arch=all&upstream=six&distro=debian-12"}]},
  {"SPDXID":"SPDXRef-six","name":"six","versionInfo":"1.16.0","externalRefs":[{"referenceType":"http://spdx.org/rdf/references/purl","referenceLocator":"pkg:pypi/six@1.16.0"}]},
  {"SPDXID":"SPDXRef-app","name":"app:1","primaryPackagePurpose":"CONTAINER"}],
  "relationships":[{"spdxElementId":"SPDXRef-os","relationshipType":"CONTAINS","relatedSpdxElement":"SPDXRef-six"}]}"#;
const TAG_VALUE: &str = "SPDXVersion: SPDX-2.2\nDocumentName: app:1\nSPDXID: SPDXRef-DOCUMENT\nCreatorComment: <text>PackageName: not\nreally</text>\n\n\
  ##### Package\nPackageName: python3-six\nSPDXID: SPDXRef-os\nPackageVersion: 1.16.0-4\nPackageLicenseDeclared: MIT\nPackageLicenseConcluded: NOASSERTION\n\
  ExternalRef: PACKAGE-MANAGER purl pkg:deb/debian/python3-six@1.16.0-4?arch=all&upstream=six&distro=debian-12\n\n\
  PackageName: six\nSPDXID: SPDXRef-six\nExternalRef: PACKAGE_MANAGER purl pkg:pypi/six@1.16.0\n\n\
  FileName: ./x\nSPDXID: SPDXRef-file\nRelationship: SPDXRef-os CONTAINS SPDXRef-six\n";
const SPDX_3: &str = r#"{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[
  {"type":"CreationInfo","@id":"_:c","specVersion":"3.0.1"},{"type":"SpdxDocument","spdxId":"urn:d","name":"app:1"},
  {"type":"software_Package","spdxId":"urn:os","name":"python3-six","software_packageVersion":"1.16.0-4",
   "software_packageUrl":"pkg:deb/debian/python3-six@1.16.0-4?arch=all&upstream=six&distro=debian-12"},
  {"type":"software_Package","spdxId":"urn:six","name":"six","externalIdentifier":[{"type":"ExternalIdentifier","externalIdentifierType":"packageUrl","identifier":"pkg:pypi/six@1.16.0"}]},
  {"type":"simplelicensing_LicenseExpression","spdxId":"urn:mit","simplelicensing_licenseExpression":"MIT"},
  {"type":"Relationship","spdxId":"urn:r1","from":"urn:os","relationshipType":"hasDeclaredLicense","to":["urn:mit"]},
  {"type":"Relationship","spdxId":"urn:r2","from":"urn:os","relationshipType":"contains","to":["urn:six"]}]}"#;
const SYFT: &str = r#"{"artifacts":[{"id":"1","name":"python3-six","version":"1.16.0-4","locations":[{"path":"/var/lib/dpkg/status"},{"path":"/x"}],
  "licenses":[{"value":"MIT","spdxExpression":"MIT"}],"purl":"pkg:deb/debian/python3-six@1.16.0-4?arch=all&upstream=six&distro=debian-12","metadata":{"name":"z"}},
  {"id":"2","name":"six","version":"1.16.0","licenses":[],"purl":"pkg:pypi/six@1.16.0"}],
  "artifactRelationships":[{"parent":"1","child":"2","type":"ownership-by-file-overlap"}],
  "source":{"id":"s","name":"app:1"},"distro":{"id":"debian","versionID":"12"},"schema":{"version":"16.0.0","url":"u"}}"#;

#[test]
fn cyclonedx_is_read_in_both_encodings() {
    for (text, format) in [(CYCLONEDX, "CycloneDX 1.5 JSON"), (CYCLONEDX_XML, "CycloneDX 1.4 XML")] {
        let document = read(text.as_bytes()).expect(format);
        assert_eq!((document.format.as_str(), document.name.as_str()), (format, "app:1"));
        assert_eq!(
            lines(&document),
            [r#"pkg:npm/lodash@4.17.20 ["MIT", "ISC OR BSD-2-Clause"] /srv/package.json"#, "pkg:npm/%40s/inner@1.0.0 [] "]
        );
        let distribution = document.distribution.expect("distribution");
        assert_eq!((distribution.id.as_str(), distribution.version_id.as_deref()), ("debian", Some("12")));
        assert_eq!(document.gaps[0].message, format!("{format}: 1 components have no package url and are left out"));
    }
}

#[test]
fn spdx_is_read_in_every_encoding() {
    for (text, format) in
        [(SPDX, "SPDX 2.3 JSON"), (TAG_VALUE, "SPDX 2.2 tag-value"), (SPDX_3, "SPDX 3.0.1 JSON-LD"), (SYFT, "Syft JSON 16.0.0")]
    {
        let document = read(text.as_bytes()).expect(format);
        assert_eq!((document.format.as_str(), document.name.as_str()), (format, "app:1"));
        let [os, six] = document.packages.as_slice() else { panic!("{format}: {:?}", document.packages) };
        assert_eq!(os.purl.to_string(), "pkg:deb/debian/python3-six@1.16.0-4?arch=all&distro=debian-12&upstream=six", "{format}");
        assert_eq!(os.licenses, ["MIT"], "{format}");
        assert_eq!(six.owned_by, Some(os.purl.to_string()), "{format}");
        assert_eq!(
            document.distribution.as_ref().and_then(|distribution| distribution.version_id.as_deref()),
            Some("12"),
            "{format}"
        );
        assert_eq!(document.gaps, [], "{format}");
    }
}

#[test]
fn a_report_has_what_a_purl_hides_in_qualifiers() {
    let text = r#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":[
        {"name":"bash","purl":"pkg:rpm/rocky/bash@5.1.8-9.el9?arch=x86_64&epoch=1&upstream=bash-src@5.1.8&distro=rocky-9.4"},
        {"name":"x","purl":"pkg:maven/org.a/b@1.0"}]}"#;
    let report = read(text.as_bytes()).expect("document").into_report("x.json");
    let [maven, bash] = report.packages.as_slice() else { panic!("{:?}", report.packages) };
    assert_eq!(
        (bash.name.as_str(), bash.version.as_str(), bash.architecture.as_deref()),
        ("bash", "1:5.1.8-9.el9", Some("x86_64"))
    );
    assert_eq!(bash.source.as_ref().map(|source| (source.name.as_str(), source.version.as_str())), Some(("bash-src", "5.1.8")));
    assert_eq!(maven.name, "org.a:b");
    assert_eq!(report.image.distribution.expect("distribution").id, "rocky");
    assert_eq!(report.image.kind, "sbom");
}

#[test]
fn what_is_no_sbom_is_refused() {
    let table: [(&[u8], Error); 5] = [
        (b"", Error::UnknownFormat),
        (b"hello: world", Error::UnknownFormat),
        (b"{\"packages\":[{\"name\":\"x\"}]}", Error::UnknownFormat),
        (b"<project><components/></project>", Error::UnknownFormat),
        (b"{\"spdxVersion\":\"SPDX-1.2\"}", Error::UnknownVersion { found: "SPDX 1.2 JSON".into() }),
    ];
    for (bytes, error) in table {
        assert_eq!(read(bytes), Err(error), "{}", String::from_utf8_lossy(bytes));
    }
    assert!(matches!(read(br#"{"spdxVersion":"SPDX-2.3","packages":["#), Err(Error::Damaged { .. })));
}

#[test]
fn what_stood_before_damage_is_kept() {
    let document = read(&SPDX.as_bytes()[..SPDX.find("relationships").expect("there")]).expect("document");
    assert_eq!(document.packages.len(), 2);
    assert!(document.gaps[0].message.starts_with("SPDX 2.3 JSON: bad json"), "{:?}", document.gaps);
}

#[test]
fn any_cut_is_survived() {
    for text in [CYCLONEDX, CYCLONEDX_XML, SPDX, TAG_VALUE, SPDX_3, SYFT] {
        for cut in 0..text.len() {
            let _ = read(&text.as_bytes()[..cut]);
        }
    }
}
