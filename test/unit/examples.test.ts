/** The examples for other engines than GitHub's (which actionlint checks): as their own schemas want them. */
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { execa } from 'execa';
import { Job } from 'kubernetes-models/batch/v1/Job';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { temporaryDirectory } from './harness/store/saved-session.ts';

const examples = resolve(import.meta.dirname, '..', '..', 'examples');

describe('GitLab CI', () => {
  /** gitlab-ci-local holds a file against the schema that GitLab publishes, and lists the jobs that it makes. */
  async function listJobs(change: (text: string) => string) {
    const directory = await temporaryDirectory();
    const manifest = createRequire(import.meta.url).resolve('gitlab-ci-local/package.json');
    const text = await readFile(join(examples, 'gitlab-ci.yml'), 'utf8');
    await writeFile(join(directory, '.gitlab-ci.yml'), change(text));
    const command = [join(dirname(manifest), 'src', 'index.js'), '--list-csv'];
    return execa(process.execPath, command, { cwd: directory, reject: false });
  }

  test('four shards and their answer', async () => {
    const { exitCode, stdout } = await listJobs((text) => text);
    expect(exitCode).toBe(0);
    const jobs = stdout.split('\n').filter((line) => line.includes(';'));
    expect(jobs.slice(1).map((line) => line.split(';')[0])).toEqual([
      'gate: [1/4]',
      'gate: [2/4]',
      'gate: [3/4]',
      'gate: [4/4]',
      'answer',
    ]);
  });

  test('a key that GitLab does not know would show', async () => {
    const { exitCode, stdout, stderr } = await listJobs((text) => text.replace('parallel:', 'parallell:'));
    expect(exitCode).not.toBe(0);
    expect(stdout + stderr).toContain('parallell');
  });
});

describe('Kubernetes', () => {
  interface JobDocument {
    readonly spec: {
      readonly completions?: number | string;
      readonly template: {
        readonly spec: { readonly containers: readonly { readonly env?: readonly object[] }[] };
      };
    };
  }

  async function readJobs(): Promise<readonly JobDocument[]> {
    const text = await readFile(join(examples, 'kubernetes-job.yaml'), 'utf8');
    return parseAllDocuments(text).map((document) => document.toJS() as JobDocument);
  }

  test('two jobs, as the schema of Kubernetes has them', async () => {
    const jobs = await readJobs();
    expect(jobs).toHaveLength(2);
    for (const job of jobs) new Job(job as ConstructorParameters<typeof Job>[0]).validate();
  });

  test('a number that is none would show', async () => {
    const [gate] = await readJobs();
    const wrong = { ...gate, spec: { ...gate!.spec, completions: '4' } } as unknown;
    expect(() => new Job(wrong as ConstructorParameters<typeof Job>[0]).validate()).toThrow(
      'must be integer',
    );
  });

  test('as many completions as the pods are told', async () => {
    const [gate] = await readJobs();
    const [container] = gate!.spec.template.spec.containers;
    expect(container?.env).toContainEqual({
      name: 'AFTERCLOSE_SHARDS',
      value: String(gate!.spec.completions),
    });
  });
});
