/** Every file name of a saved session, in one place. All functions are pure. */
import { join } from 'node:path';

/** The plan, written before anything runs. */
export const sessionFileName = 'session.json';
/** How the session ended and the fingerprint of every file of evidence, written before anything judges. */
export const endFileName = 'end.json';
export const reportFileName = 'report.json';
export const blocksDirectoryName = 'blocks';

export const blockFileNames = {
  /** What the launcher is told. Not evidence: it names paths of the machine. */
  batch: 'batch.json',
  /** Exists only while the block runs. */
  lifeline: 'lifeline',
  records: 'records.ndjson',
  /** How the tracer was started and how it ended. */
  tracer: 'tracer.json',
  tracerStdout: 'tracer.stdout',
  tracerStderr: 'tracer.stderr',
  /** Who else held the session's ports; only where the runs share those of the machine. */
  portHolders: 'port-holders.json',
  claims: 'claims',
  output: 'output',
} as const;

/** A run's id becomes a file name, so it may not hold anything that means something in a path. */
export const runIdPattern = /^[0-9A-Za-z][0-9A-Za-z_-]{0,63}$/;
export const tracerNamePattern = /^[a-z][a-z0-9-]{0,31}$/;
/** One plain file name inside the block's directory. */
export const fileNamePattern = /^[0-9A-Za-z][0-9A-Za-z._-]{0,127}$/;
export const sessionIdPattern = /^[0-9A-Za-z][0-9A-Za-z-]{0,63}$/;

/** @param index from 0, in the order of execution */
export function blockName(index: number, tracer: string): string {
  return `${index + 1}-${tracer}`;
}

export function blockDirectory(session: string, index: number, tracer: string): string {
  return join(session, blocksDirectoryName, blockName(index, tracer));
}

export function claimsFile(block: string, run: string): string {
  return join(block, blockFileNames.claims, `${run}.json`);
}

export function outputFile(block: string, run: string, stream: 'stdout' | 'stderr'): string {
  return join(block, blockFileNames.output, `${run}.${stream}`);
}

/** Where sessions go that were not given a place. */
export function defaultSessionDirectory(workingDirectory: string, session: string): string {
  return join(workingDirectory, '.afterclose', 'sessions', session);
}
