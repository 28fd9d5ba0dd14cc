/**
 * Which other Go releases are to be had: those in the module cache, the rest through the module proxy. The proxy
 * is asked only when somebody wants to know: to look at a machine should need no network.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HarnessError } from '../errors.ts';
import { explainDownloadFailure } from '../go/download-failure.ts';
import { findLocalGo, runGo } from '../go/go-command.ts';
import type { LocalGo } from '../go/go-command.ts';
import { listDownloadedReleases, sortReleases } from '../go/known-releases.ts';
import { ok } from './check.ts';
import type { Check, Finding, Place } from './check.ts';
import { lookAtDirectory } from './directory.ts';

export const releases: Check = {
  name: 'releases',
  title: 'Go releases',
  neededFor: 'comfort',
  look: async (place) => {
    const local = await findLocal(place);
    if (local === null) return withoutGo;
    const downloaded = sortReleases(await listDownloadedReleases(local.moduleCache));
    const here = downloaded.length === 0 ? 'none downloaded' : downloaded.join(', ');
    const obstacle = await obstacleToDownloads(local, downloaded, place);
    const proxy = local.proxy === 'off' ? 'others can not be had' : 'others come through the module proxy';
    if (obstacle === null) return ok(`${here}; ${proxy}${place.network === 'may-ask' ? ', it answers' : ''}`);
    if (downloaded.includes(storied) && place.network === 'unasked')
      return ok(`${here}; no others: ${obstacle.why}`);
    return { state: 'degraded', found: here, ...obstacle };
  },
};

/** The last release line with the race, which repro builds with unless it is told otherwise. */
const storied = 'go1.9.7';

const withoutGo: Finding = {
  state: 'missing',
  found: 'none without a go command',
  why: 'the local go command brings the other releases',
  remedy: 'see Go',
};

type Obstacle = Pick<Extract<Finding, { why: string }>, 'why' | 'remedy'>;

/** Null: nothing is known to be in the way. */
async function obstacleToDownloads(
  local: LocalGo,
  downloaded: readonly string[],
  place: Place,
): Promise<Obstacle | null> {
  if (local.proxy === 'off') {
    return {
      why: 'downloads are switched off (GOPROXY=off)',
      remedy: 'set GOPROXY for one run of repro, or use --go local',
    };
  }
  const cache = await lookAtDirectory(local.moduleCache);
  if (cache.refusal !== null) {
    return {
      why: `the module cache ${local.moduleCache} can not be written: ${cache.refusal}`,
      remedy: 'set GOMODCACHE to a directory that you may write, or use --go local',
    };
  }
  if (cache.freeBytes < oneRelease) {
    return {
      why: `there is little room for the module cache ${local.moduleCache}: a release takes up to 500 MB`,
      remedy: 'make room, or set GOMODCACHE to a directory on another disk',
    };
  }
  return place.network === 'may-ask' ? askProxy(local, downloaded) : null;
}

const oneRelease = 500_000_000;

/** For the description of one release: no download, and into a cache of its own, so that the real one stays as it is. */
async function askProxy(local: LocalGo, downloaded: readonly string[]): Promise<Obstacle | null> {
  const directory = await mkdtemp(join(tmpdir(), 'afterclose-'));
  try {
    const version = `v0.0.1-${storied}.linux-${process.arch === 'x64' ? 'amd64' : process.arch}`;
    const { exitCode, stderr } = await runGo(
      [local.command, 'list', '-m', `golang.org/toolchain@${version}`],
      {
        ...local.env,
        GOTOOLCHAIN: 'local',
        GOMODCACHE: directory,
        GOPATH: directory,
        GOFLAGS: '-modcacherw',
      },
    );
    if (exitCode === 0) return null;
    const { why, remedy } = explainDownloadFailure(storied, stderr, { proxy: local.proxy, downloaded });
    return {
      why,
      remedy: downloaded.includes(storied)
        ? 'look at the network and at GOPROXY (go env); what is downloaded needs neither'
        : remedy,
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function findLocal({ host, environment }: Place): Promise<LocalGo | null> {
  return findLocalGo(host, environment).catch((error: unknown) => {
    if (error instanceof HarnessError) return null;
    throw error;
  });
}
