/** What the agent says of this machine: it loads its programs and takes them out again. */
import { z } from 'zod';
import { HarnessError } from '../../errors.ts';
import { runGroup } from '../../run/process-group.ts';
import type { GroupEnd } from '../../run/process-group.ts';
import { parseJson } from '../../store/json-file.ts';

/** harness/ebpf-agent/probe.go and rights.go write it. */
const answerSchema = z.strictObject({
  usable: z.boolean(),
  /** The kernel's word; empty where it is usable. */
  why: z.string(),
  /** Why the ends of sockets are not told; empty where they are. */
  releases: z.string(),
  /** Of the tracepoints; empty where it is not usable. */
  form: z.enum(['typed', 'raw', '']),
  /** The kernel describes its types. */
  btf: z.boolean(),
  /** Capabilities that the agent does not have, of those that are of use to it. */
  missing: z.array(z.string()),
  /** Its file was given capabilities. */
  fileCapabilities: z.boolean(),
  /** Capabilities of files do not count for this user's processes (prctl(2), PR_SET_NO_NEW_PRIVS). */
  noNewPrivileges: z.boolean(),
  /** Capabilities of files do not count on the file system that it is on. */
  nosuid: z.boolean(),
  /** Not the kernel's own user namespace: capabilities in it do not count here. */
  userNamespace: z.boolean(),
  /** Of the kernel: `none`, `integrity`, `confidentiality`; empty where it does not tell. */
  lockdown: z.string(),
});
export type AgentAnswer = z.infer<typeof answerSchema>;

/** @returns a sentence where it gave no answer */
export async function askAgent(agent: string): Promise<AgentAnswer | string> {
  const end = await start(agent);
  if (typeof end === 'string') return end;
  const json = parseJson(end.stdout);
  const parsed = json.ok ? answerSchema.safeParse(json.value) : null;
  if (parsed?.success) return parsed.data;
  const ended = `it ended with ${end.exitCode ?? end.signal ?? 'no exit code'}`;
  return end.stderr.trim().split('\n').at(-1) || ended;
}

async function start(agent: string): Promise<GroupEnd | string> {
  try {
    return await runGroup({
      argv: [agent, '--probe'],
      cwd: '/',
      env: { LC_ALL: 'C' },
      stdout: 'capture',
      stderr: 'capture',
      timeoutMs: 10_000,
    });
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    return error.why;
  }
}
