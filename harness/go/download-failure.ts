/** Why a Go release could not be brought, read from what the go command itself said. */
import { HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { nearestRelease, servedReleases } from './known-releases.ts';

export interface DownloadSituation {
  /** The value of GOPROXY. */
  readonly proxy: string;
  /** Releases that need no download. */
  readonly downloaded: readonly string[];
}

export function explainDownloadFailure(
  name: string,
  output: string,
  situation: DownloadSituation,
): HarnessError {
  const { reason, remedy } =
    situation.proxy === 'off'
      ? { reason: 'downloads are switched off (GOPROXY=off)', remedy: whenOffline(name, situation) }
      : (causes.find(({ sign }) => sign.test(output)) ?? unknownCause).explain(name, situation);
  return new HarnessError({
    what: `can not get ${name}`,
    why: `${reason}; the go command said:\n${withoutProgress(output)}`,
    remedy,
    exitCode: exitCodes.environment,
  });
}

interface Explanation {
  readonly reason: string;
  readonly remedy: string;
}

interface Cause {
  readonly sign: RegExp;
  readonly explain: (name: string, situation: DownloadSituation) => Explanation;
}

/** In the order of asking: a certificate that is not trusted is also a failed connection. */
const causes: readonly Cause[] = [
  {
    sign: /no space left on device|disk quota exceeded/,
    explain: () => ({
      reason: 'the disk is full',
      remedy: 'make room (a release takes up to 500 MB), or set GOMODCACHE to a directory on another disk',
    }),
  },
  {
    sign: /x509:|certificate/,
    explain: () => ({
      reason: "the proxy's certificate is not trusted here",
      remedy: 'install ca-certificates, or name your own with SSL_CERT_FILE',
    }),
  },
  {
    sign: /SECURITY ERROR|checksum mismatch|verifying (?:module|go)/,
    explain: (name) => ({
      reason: 'what came could not be verified against the checksum database',
      remedy: `do not use it; look at GOPROXY and GOSUMDB (go env), or use ${withoutDownload(name, [])}`,
    }),
  },
  {
    sign: /permission denied|read-only file system/,
    explain: () => ({
      reason: 'the module cache can not be written',
      remedy: 'set GOMODCACHE to a directory that you may write',
    }),
  },
  {
    sign: /dial tcp|dial udp|no such host|connection re(?:fused|set)|network is unreachable|no route to host|i\/o timeout|TLS handshake timeout|Client\.Timeout|unexpected EOF|: EOF|proxyconnect|50[0-9] |429 /,
    explain: (name, situation) => ({
      reason: 'the module proxy could not be reached',
      remedy: whenOffline(name, situation),
    }),
  },
  {
    sign: /module version is not available|toolchain not available|40[34] |410 |unknown revision|invalid GOTOOLCHAIN/,
    explain: (name) => ({
      reason: 'the module proxy does not serve this release',
      remedy: nextBest(name, 'the nearest release that is known to be served'),
    }),
  },
];

const unknownCause: Cause = {
  sign: /^/,
  explain: (name, { downloaded }) => ({
    reason: 'the download failed',
    remedy: `see what the go command said, or use ${withoutDownload(name, downloaded)}`,
  }),
};

function nextBest(name: string, why: string): string {
  const nearest = nearestRelease(name, servedReleases);
  return nearest === null ? 'use --go local' : `use --go ${numberOf(nearest)} (${why}), or --go local`;
}

function whenOffline(name: string, { downloaded }: DownloadSituation): string {
  return `look at the network and at GOPROXY (go env), or use ${withoutDownload(name, downloaded)}`;
}

function withoutDownload(name: string, downloaded: readonly string[]): string {
  const nearest = nearestRelease(name, downloaded);
  return nearest === null
    ? '--go local, which needs no download'
    : `what needs no download: --go ${numberOf(nearest)} (already here) or --go local`;
}

function numberOf(release: string): string {
  return release.replace(/^go/, '');
}

function withoutProgress(output: string): string {
  const lines = output
    .trim()
    .split('\n')
    .filter((line) => !line.startsWith('go: downloading '));
  return lines.join('\n') || 'nothing';
}
