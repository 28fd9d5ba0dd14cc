import { expect, test } from 'vitest';
import { explainDownloadFailure } from '../../../../harness/go/download-failure.ts';

// What go 1.26.8 and 1.21.13 said, with the proxy's name replaced.
const module = 'golang.org/toolchain@v0.0.1-go1.6.3.linux-amd64';
const url = 'https://proxy.example/golang.org/toolchain/@v/v0.0.1-go1.6.3.linux-amd64.zip';
const begin = `go: downloading go1.6.3 (linux/amd64)\ngo: download go1.6.3: ${module}: `;

const served = 'the module proxy does not serve this release';
const unreachable = 'the module proxy could not be reached';

test.each([
  [served, `${begin}reading ${url}: 403 Forbidden\n\tserver response: This module version is not available.`],
  [served, `${begin}reading ${url}: 404 Not Found`],
  [served, 'go: download go1.6.3 for linux/amd64: toolchain not available'],
  [unreachable, `${begin}Get "${url}": dial tcp 127.0.0.1:9: connect: connection refused`],
  [unreachable, `${begin}Get "${url}": dial tcp: lookup proxy.example on 192.0.2.1:53: no such host`],
  [unreachable, `${begin}Get "${url}": dial udp 192.0.2.1:53: connect: network is unreachable`],
  [unreachable, `${begin}reading ${url}: 502 Bad Gateway`],
  [
    "the proxy's certificate is not trusted here",
    `${begin}Get "${url}": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
  ],
  [
    'what came could not be verified against the checksum database',
    `${begin}verifying module: invalid GOSUMDB: malformed verifier id`,
  ],
  ['the disk is full', `${begin}write /cache/golang.org/x: no space left on device`],
  ['the module cache can not be written', `${begin}mkdir /cache: permission denied`],
  ['the download failed', 'go: something that nobody has seen yet'],
])('%s', (reason, output) => {
  const error = explainDownloadFailure('go1.6.3', output, { proxy: 'https://proxy.example', downloaded: [] });
  expect(error.what).toBe('can not get go1.6.3');
  expect(error.exitCode).toBe(3);
  expect(error.why).toMatch(new RegExp(`^${reason}; the go command said:\n`));
  expect(error.why).not.toContain('go: downloading');
  expect(error.remedy).not.toBe('');
});

test('a release that is not served: the next best choice', () => {
  const error = explainDownloadFailure('go1.6.3', 'toolchain not available', { proxy: '', downloaded: [] });
  expect(error.remedy).toBe('use --go 1.6.4 (the nearest release that is known to be served), or --go local');
});

test('offline: what is already here', () => {
  const offline = 'dial tcp: no such host';
  const nothing = explainDownloadFailure('go1.9.7', offline, { proxy: '', downloaded: [] });
  expect(nothing.remedy).toContain('--go local, which needs no download');
  const some = explainDownloadFailure('go1.9.7', offline, { proxy: '', downloaded: ['go1.8.7'] });
  expect(some.remedy).toContain('--go 1.8.7 (already here)');
});

test('downloads that are switched off are not called unserved', () => {
  const error = explainDownloadFailure(
    'go1.9.7',
    'go: download go1.9.7 for linux/amd64: toolchain not available',
    {
      proxy: 'off',
      downloaded: [],
    },
  );
  expect(error.why).toMatch(/^downloads are switched off \(GOPROXY=off\)/);
});
