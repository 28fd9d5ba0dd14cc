/**
 * What `check` says about a log, as one versioned value: printed with --json, and what the text is made from. It is
 * no report of a session: a log has no arms, no seed, no expectation and no outcome.
 */
import { z } from 'zod';
import { doubtReport, findingReport } from '../../src/report/report.ts';
import { lackEffects } from '../../src/verdict/log-effects.ts';
import { verdicts } from '../../src/verdict/verdict.ts';
import { logFormats } from './recognition.ts';

export const logDocumentVersion = 1;

const count = z.int().nonnegative();

const refusedBind = z.strictObject({
  call: z.enum(['bind', 'listen']),
  network: z.enum(['udp', 'tcp']).nullable().describe('null: how the descriptor was made is not in the log'),
  atNs: count,
  pid: z.int().nullable().describe('null: the log does not tell it'),
  tid: z.int().nullable(),
  fd: z.int(),
  address: z.string().nullable().describe('null: the log does not tell it'),
  sameAddress: z
    .array(
      z.strictObject({
        pid: z.int(),
        fd: z.int(),
        address: z.string(),
        close: z.enum(['not seen', 'seen']),
      }),
    )
    .describe('tcp: descriptors bound to the same port; nothing says that one of them was in the way'),
});

const askedBind = z.strictObject({
  fd: z.int(),
  family: z.int().nullable(),
  port: z.int().nullable(),
  host: z.array(z.int()).describe('the octets of an IPv4 address that are known'),
  cannotTell: z.string().nullable(),
});

export const logDocumentSchema = z.strictObject({
  schemaVersion: z.literal(logDocumentVersion),
  kind: z.literal('log'),
  command: z.string(),
  log: z.strictObject({
    names: z.array(z.string()).describe('as given; stdin is called stdin'),
    format: z.enum(logFormats),
    style: z.string().describe('what was recognised, for people: `strace -f -ttt -T`'),
    times: z
      .enum(['clock', 'order'])
      .describe('order: every ...Ns is only a place in the order of the log, not a time'),
  }),
  verdict: z.enum(verdicts),
  exitCode: z.int().min(0).max(255),
  content: z.strictObject({
    runs: count.describe('1, or those of the session whose trace this is'),
    processes: count.nullable().describe('null, as below: the log does not tell it'),
    threads: count.nullable(),
    binds: count
      .nullable()
      .describe(
        'of UDP and TCP sockets to internet addresses, refused ones included, TCP to port 0 only if refused',
      ),
    addressInUse: count.nullable().describe('of these, refused with EADDRINUSE'),
  }),
  findings: z.array(
    findingReport
      .omit({ variant: true, toolchain: true, tracer: true })
      .extend({ run: z.string().nullable().describe('null: the only one') }),
  ),
  findingsOmitted: count,
  refused: z.array(refusedBind).describe('every bind and listen refused with EADDRINUSE, TCP ones too'),
  refusedOmitted: count,
  asked: z.array(askedBind).describe('bind-hexdump: binds of which only the entry is known'),
  doubts: z.array(doubtReport),
  doubtsOmitted: count,
  notes: z.array(z.strictObject({ code: z.string(), address: z.string(), count, text: z.string() })),
  lacks: z.array(
    z.strictObject({
      code: z.string(),
      what: z.string(),
      cannot: z.string(),
      effect: z.enum(lackEffects),
    }),
  ),
  advice: z.array(z.strictObject({ gives: z.string(), command: z.string() })),
});

export type LogDocument = z.infer<typeof logDocumentSchema>;
export type LogFinding = LogDocument['findings'][number];
