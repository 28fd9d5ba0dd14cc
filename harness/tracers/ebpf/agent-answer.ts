/** What the agent says of this machine: it loads its programs and takes them out again. */
import { z } from 'zod';
import { runGroup } from '../../run/process-group.ts';
import { parseJson } from '../../store/json-file.ts';

/** harness/ebpf-agent/probe.go writes it. */
const answerSchema = z.strictObject({
  usable: z.boolean(),
  /** The kernel's word; empty where it is usable. */
  why: z.string(),
  /** Why the ends of sockets are not told; empty where they are. */
  releases: z.string(),
  /** Of the tracepoints. */
  form: z.enum(['typed', 'raw']),
  /** Capabilities that the agent would not have, of those that are of use to it. */
  missing: z.array(z.string()),
  /** The kernel describes its types. */
  btf: z.boolean(),
});
export type AgentAnswer = z.infer<typeof answerSchema>;

/** @returns a sentence where it gave no answer */
export async function askAgent(agent: string): Promise<AgentAnswer | string> {
  const end = await runGroup({
    argv: [agent, '--probe'],
    cwd: '/',
    env: { LC_ALL: 'C' },
    stdout: 'capture',
    stderr: 'capture',
    timeoutMs: 10_000,
  });
  const json = parseJson(end.stdout);
  const parsed = json.ok ? answerSchema.safeParse(json.value) : null;
  if (parsed?.success) return parsed.data;
  const ended = `it ended with ${end.exitCode ?? end.signal ?? 'no exit code'}`;
  return end.stderr.trim().split('\n').at(-1) || ended;
}
