// The sample image that ships with the page: tiny, made here, with a little of everything that there is to see.
import { dockerArchive } from './tar.mjs';

const osRelease = `NAME="Alpine Linux"
ID=alpine
VERSION_ID=3.17.3
PRETTY_NAME="Alpine Linux v3.17"
HOME_URL="https://alpinelinux.org/"
`;

const apk = (packages) => packages.map(({ name, version, origin = name, license, size, files = [] }) => [
  `P:${name}`, `V:${version}`, 'A:x86_64', `S:${Math.round(size / 2)}`, `I:${size}`, `T:${name}`, 'U:https://alpinelinux.org/', `L:${license}`, `o:${origin}`,
  ...files.flatMap((path) => [`F:${path.slice(0, path.lastIndexOf('/'))}`, `R:${path.slice(path.lastIndexOf('/') + 1)}`]), '', '',
].join('\n')).join('');

const base = [
  { name: 'alpine-baselayout', version: '3.4.0-r0', license: 'GPL-2.0-only', size: 331_776, files: ['etc/profile'] },
  { name: 'busybox', version: '1.35.0-r29', license: 'GPL-2.0-only', size: 950_272, files: ['bin/busybox'] },
  { name: 'libcrypto3', version: '3.0.8-r3', origin: 'openssl', license: 'Apache-2.0', size: 4_206_592, files: ['lib/libcrypto.so.3'] },
  { name: 'libssl3', version: '3.0.8-r3', origin: 'openssl', license: 'Apache-2.0', size: 622_592, files: ['lib/libssl.so.3'] },
  { name: 'musl', version: '1.2.3-r4', license: 'MIT', size: 634_880, files: ['lib/ld-musl-x86_64.so.1'] },
  { name: 'zlib', version: '1.2.13-r0', license: 'Zlib', size: 110_592, files: ['lib/libz.so.1'] },
];
const own = [{ name: 'curl', version: '8.1.2-r0', license: 'curl', size: 256_000, files: ['usr/bin/curl'] }, { name: 'nodejs', version: '18.14.2-r0', license: 'MIT', size: 41_000_000, files: ['usr/bin/node'] }];

// Bytes that do not repeat, so that sizes mean something; the same at every build.
function noise(size, seed) {
  const out = Buffer.alloc(size);
  let state = seed;
  for (let index = 0; index < size; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    out[index] = state >>> 24;
  }
  return out;
}
const elf = (size, seed) => {
  const bytes = noise(size, seed);
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 62, 0, 1, 0, 0, 0]).copy(bytes);
  bytes.fill(0, 24, 128);
  bytes.writeBigUInt64LE(0x1040n, 24);
  bytes.writeUInt16LE(64, 52);
  return bytes;
};

// Looks like a secret, and is none: half of it is written here, half is noise.
const token = () => `ghp_${noise(27, 99).toString('base64').replace(/[^A-Za-z0-9]/g, 'x').slice(0, 36)}`;
const key = () => ['-----BEGIN OPENSSH PRIVATE KEY-----', ...Buffer.concat([Buffer.from('openssh-key-v1\0\0\0\0\x04none'), noise(360, 7)]).toString('base64').match(/.{1,70}/g), '-----END OPENSSH PRIVATE KEY-----', ''].join('\n');

export function sampleImage() {
  return dockerArchive({
    name: 'example.com/harbour/tide-table:1.4.0',
    config: {
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'NODE_ENV=production', 'TIDE_STATION=brest'],
      Entrypoint: ['node', '/srv/app/server.js'], ExposedPorts: { '8080/tcp': {} }, WorkingDir: '/srv/app',
      Labels: { 'org.opencontainers.image.title': 'Tide table', 'org.opencontainers.image.source': 'https://example.com/harbour/tide-table', 'org.opencontainers.image.licenses': 'MIT' },
    },
    layers: [
      {
        command: '/bin/sh -c #(nop) ADD file:alpine-minirootfs-3.17.3-x86_64.tar.gz in / ',
        entries: [
          { path: 'bin/' }, { path: 'bin/busybox', content: elf(12_000, 1), mode: 0o755 }, { path: 'bin/sh', link: '/bin/busybox' }, { path: 'bin/bbsuid', content: elf(4_000, 2), mode: 0o4755 },
          { path: 'etc/' }, { path: 'etc/os-release', content: osRelease }, { path: 'etc/alpine-release', content: '3.17.3\n' }, { path: 'etc/profile', content: 'export PATH\n' },
          { path: 'etc/passwd', content: 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n' }, { path: 'etc/shadow', content: 'root:*::0:::::\nnobody:!::0:::::\n', mode: 0o640 },
          { path: 'lib/' }, { path: 'lib/apk/db/installed', content: apk(base) }, { path: 'lib/libcrypto.so.3', content: elf(16_000, 3), mode: 0o755 }, { path: 'lib/libssl.so.3', content: elf(7_000, 4), mode: 0o755 },
          { path: 'lib/ld-musl-x86_64.so.1', content: elf(8_000, 5), mode: 0o755 }, { path: 'lib/libz.so.1', content: elf(3_000, 6), mode: 0o755 }, { path: 'tmp/', mode: 0o1777 }, { path: 'var/cache/apk/' },
        ],
      },
      {
        command: 'RUN /bin/sh -c apk add nodejs curl # buildkit',
        entries: [
          { path: 'lib/apk/db/installed', content: apk([...base, ...own]) }, { path: 'usr/bin/curl', content: elf(6_000, 8), mode: 0o755 }, { path: 'usr/bin/node', content: elf(24_000, 9), mode: 0o755 },
          { path: 'var/cache/apk/APKINDEX.tar.gz', content: noise(9_000, 10) }, { path: 'var/cache/apk/nodejs-18.14.2-r0.apk', content: noise(12_000, 11) },
        ],
      },
      {
        command: 'COPY . /srv/app # buildkit',
        entries: [
          { path: 'srv/app/' },
          { path: 'srv/app/package.json', content: JSON.stringify({ name: 'tide-table', version: '1.4.0', license: 'MIT', dependencies: { express: '4.17.1', lodash: '4.17.20', minimist: '1.2.5' } }, null, 2) },
          { path: 'srv/app/server.js', content: "const express = require('express');\nconst app = express();\napp.get('/', (_, res) => res.send('High water at 06:12'));\napp.listen(8080);\n" },
          ...[['express', '4.17.1'], ['lodash', '4.17.20'], ['minimist', '1.2.5']].flatMap(([name, version]) => [
            { path: `srv/app/node_modules/${name}/package.json`, content: JSON.stringify({ name, version, license: 'MIT', main: 'index.js' }, null, 2) },
            { path: `srv/app/node_modules/${name}/index.js`, content: `module.exports = ${JSON.stringify(noise(3_000, name.length).toString('base64'))};\n` },
          ]),
          { path: 'srv/app/.npmrc', content: `//registry.example.com/:_authToken=${token()}\n` }, { path: 'srv/app/deploy_key', content: key(), mode: 0o600 },
          { path: 'srv/app/README.md', content: '# Tide table\n\nWhen the water is high, and when it is not.\n' },
        ],
      },
      { command: 'RUN /bin/sh -c rm -f /srv/app/deploy_key /srv/app/README.md && rm -rf /var/cache/apk/* # buildkit', entries: [{ path: 'srv/app/.wh.deploy_key' }, { path: 'srv/app/.wh.README.md' }, { path: 'var/cache/apk/.wh.APKINDEX.tar.gz' }, { path: 'var/cache/apk/.wh.nodejs-18.14.2-r0.apk' }] },
      { command: 'RUN /bin/sh -c chmod 0666 /srv/app/server.js # buildkit', entries: [{ path: 'srv/app/server.js', content: "const express = require('express');\nconst app = express();\napp.get('/', (_, res) => res.send('High water at 06:12'));\napp.listen(8080);\n", mode: 0o666 }] },
    ],
  });
}
