// Tiny images in memory, the same bytes every time: what the bad registry serves, and the good one where no real images are.
//
// A `Store` holds what a repository holds: blobs by digest, manifests by digest, tags.
import { createHash, sign } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

export const TYPES = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  gzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  dockerIndex: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  dockerGzip: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  empty: 'application/vnd.oci.empty.v1+json',
};

export const digestOf = (bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** A tar of regular files, in the order given. */
export function tar(files) {
  const blocks = Object.entries(files).flatMap(([path, content]) => {
    const bytes = Buffer.from(content);
    const header = Buffer.alloc(512);
    const octal = (number, length) => `${number.toString(8).padStart(length - 1, '0')}\0`;
    header.write(path, 0);
    header.write(octal(0o644, 8), 100);
    header.write(octal(0, 8), 108);
    header.write(octal(0, 8), 116);
    header.write(octal(bytes.length, 12), 124);
    header.write(octal(1_700_000_000, 12), 136);
    header.write('        ', 148);
    header.write('0', 156);
    header.write('ustar\0', 257);
    header.write('00', 263);
    header.write(`${header.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `, 148);
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** Bytes that no compressor makes smaller, the same for the same seed (xorshift). */
export function noise(length, seed = 1) {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let at = 0; at < length; at += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state;
  }
  return bytes;
}

/** What one repository holds. */
export class Store {
  blobs = new Map();
  manifests = new Map();
  tags = new Map();

  /** Adds a blob and gives its descriptor. */
  blob(mediaType, bytes) {
    const digest = digestOf(bytes);
    this.blobs.set(digest, bytes);
    return { mediaType, digest, size: bytes.length };
  }

  /** Adds a manifest or index, maybe under a tag, and gives its descriptor. */
  manifest(document, tag) {
    const bytes = Buffer.from(JSON.stringify(document));
    const digest = digestOf(bytes);
    this.manifests.set(digest, { mediaType: document.mediaType, bytes });
    if (tag) this.tags.set(tag, digest);
    return { mediaType: document.mediaType, digest, size: bytes.length };
  }

  /** Adds an image of gzip layers, each an object of files. `docker` writes it as Docker's schema 2. */
  image({ layers, platform = 'linux/amd64', run = { Cmd: ['/bin/app'], User: '1000' }, docker = false }, tag) {
    const [os, architecture, variant] = platform.split('/');
    const tars = layers.map(tar);
    const config = {
      created: '2026-01-01T00:00:00Z', os, architecture, ...(variant ? { variant } : {}), config: run,
      rootfs: { type: 'layers', diff_ids: tars.map(digestOf) },
      history: tars.map((_, at) => ({ created: '2026-01-01T00:00:00Z', created_by: `COPY layer-${at} /` })),
    };
    return {
      ...this.manifest({
        schemaVersion: 2,
        mediaType: docker ? TYPES.dockerManifest : TYPES.manifest,
        config: this.blob(docker ? TYPES.dockerConfig : TYPES.config, Buffer.from(JSON.stringify(config))),
        layers: tars.map((bytes) => this.blob(docker ? TYPES.dockerGzip : TYPES.gzip, gzipSync(bytes, { level: 6 }))),
      }, tag),
      platform: { os, architecture, ...(variant ? { variant } : {}) },
    };
  }

  /** Adds an index over descriptors. */
  index(manifests, tag, docker = false) {
    return this.manifest({ schemaVersion: 2, mediaType: docker ? TYPES.dockerIndex : TYPES.index, manifests }, tag);
  }

  /** Signs a digest as Cosign does, under Cosign's tag. `key` is a private P-256 key. */
  sign(digest, key, name) {
    const payload = Buffer.from(JSON.stringify({
      critical: { identity: { 'docker-reference': name }, image: { 'docker-manifest-digest': digest }, type: 'cosign container image signature' },
      optional: null,
    }));
    const signature = sign('sha256', payload, key).toString('base64');
    const layer = { ...this.blob('application/vnd.dev.cosign.simplesigning.v1+json', payload), annotations: { 'dev.cosignproject.cosign/signature': signature } };
    const config = this.blob(TYPES.config, Buffer.from(JSON.stringify({ architecture: '', os: '', config: {}, rootfs: { type: 'layers', diff_ids: [digestOf(payload)] } })));
    return this.manifest({ schemaVersion: 2, mediaType: TYPES.manifest, config, layers: [layer] }, `${digest.replace(':', '-')}.sig`);
  }

  /** Attaches an SPDX document by OCI 1.1's `subject`, without a tag: a registry lists it as a referrer. */
  attachSbom(subject, packages) {
    const document = {
      spdxVersion: 'SPDX-2.3', dataLicense: 'CC0-1.0', SPDXID: 'SPDXRef-DOCUMENT', name: 'app', documentNamespace: 'https://example.org/app',
      creationInfo: { created: '2026-01-01T00:00:00Z', creators: ['Tool: fixture'] },
      packages: packages.map(([name, versionInfo, purl]) => ({
        name, versionInfo, SPDXID: `SPDXRef-${name}`, downloadLocation: 'NOASSERTION',
        externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }],
      })),
    };
    const layer = this.blob('application/spdx+json', Buffer.from(JSON.stringify(document)));
    const config = this.blob(TYPES.empty, Buffer.from('{}'));
    const { mediaType, digest, size } = subject;
    const manifest = { schemaVersion: 2, mediaType: TYPES.manifest, artifactType: 'application/spdx+json', config, layers: [layer], subject: { mediaType, digest, size } };
    return { ...this.manifest(manifest), artifactType: manifest.artifactType };
  }

  /** Lists descriptors as what is attached to a digest, by the tag that stands in for the referrers API. */
  listReferrers(digest, descriptors) {
    return this.index(descriptors, digest.replace(':', '-'));
  }

  /** Writes the repository as an OCI layout: the tags become entries of its index. */
  writeLayout(folder) {
    mkdirSync(join(folder, 'blobs/sha256'), { recursive: true });
    const write = (digest, bytes) => writeFileSync(join(folder, 'blobs', digest.replace(':', '/')), bytes);
    this.blobs.forEach((bytes, digest) => write(digest, bytes));
    this.manifests.forEach(({ bytes }, digest) => write(digest, bytes));
    const manifests = [...this.tags].map(([tag, digest]) => {
      const { mediaType, bytes } = this.manifests.get(digest);
      return { mediaType, digest, size: bytes.length, annotations: { 'org.opencontainers.image.ref.name': tag } };
    });
    writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
    writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, mediaType: TYPES.index, manifests }));
  }
}

const RELEASE = 'ID=alpine\nNAME="Alpine Linux"\nVERSION_ID=3.20.3\nPRETTY_NAME="Alpine Linux v3.20"\n';
const INSTALLED = ['P:musl', 'V:1.2.5-r0', 'A:x86_64', 'o:musl', 'L:MIT', '', 'P:busybox', 'V:1.36.1-r29', 'A:x86_64', 'o:busybox', 'L:GPL-2.0-only', '', ''].join('\n');

/** Packages of the small image, as anybody may count them. */
export const PACKAGES = [['musl', '1.2.5-r0', 'pkg:apk/alpine/musl@1.2.5-r0?arch=x86_64'], ['busybox', '1.36.1-r29', 'pkg:apk/alpine/busybox@1.36.1-r29?arch=x86_64']];

/** An Alpine of two packages and three layers: one small, one of `size` bytes that do not compress, one on top. */
export const smallLayers = (size = 400_000) => [
  { 'etc/os-release': RELEASE, 'lib/apk/db/installed': INSTALLED, 'etc/passwd': 'root:x:0:0::/root:/bin/sh\napp:x:1000:1000::/:/bin/sh\n' },
  { 'srv/data.bin': noise(size) },
  { 'srv/hello.txt': 'hello\n' },
];

/** A repository with that image as `v1`. */
export function smallImage(options = {}) {
  const store = new Store();
  store.image({ layers: smallLayers(options.size), ...options }, 'v1');
  return store;
}

/** A repository whose `v1` is an index of two platforms; the image of `linux/arm64` says so in `/etc/arch`. */
export function multiArch() {
  const store = new Store();
  const of = (platform) => store.image({ platform, layers: [smallLayers()[0], { 'etc/arch': `${platform}\n` }] });
  store.index([of('linux/arm64'), of('linux/amd64')], 'v1');
  return store;
}
