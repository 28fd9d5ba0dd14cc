/** What the files of a session hold. They are read by later versions and on other machines: checked, versioned. */
import { z } from 'zod';
import { armRoles } from '../../src/experiment/arm.ts';
import { mostShards } from '../../src/experiment/shard.ts';
import { questionSchema } from '../../src/report/question.ts';
import { fileNamePattern, runIdPattern, sessionIdPattern, tracerNamePattern } from './layout.ts';

export const storeSchemaVersion = 1;

const schemaVersion = z.literal(storeSchemaVersion);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** As `Shard` of src/experiment/shard.ts. */
export const shardSchema = z
  .strictObject({ index: z.int().positive(), of: z.int().positive().max(mostShards) })
  .refine(({ index, of }) => index <= of, 'there are not that many shards');

export const sessionSchema = z
  .strictObject({
    schemaVersion,
    session: z.string().regex(sessionIdPattern),
    /** Name and version of the program that made it. */
    program: z.string(),
    /** The command line that made it. */
    command: z.string(),
    startedAt: z.iso.datetime(),
    seed: z.string(),
    scenario: z.string(),
    /** Null: not asked for by name. */
    tracerRequested: z.string().nullable(),
    /** The first of them, where there are several. */
    tracer: z.string().regex(tracerNamePattern),
    /** As the tracer reports it; null for the one that watches nothing. */
    tracerVersion: z.string().nullable(),
    question: questionSchema.default({ kind: 'repro' }),
    /** Before the first run; null: nobody looked. */
    machine: z
      .strictObject({ loadAverage: z.number().nonnegative(), cpus: z.int().positive() })
      .nullable()
      .default(null),
    /** Counted ones, of all shards. Null: to be fixed from the warm-up, and the session ended before that. */
    runsPerArm: z.int().positive().nullable(),
    /** Which part of the plan this is; null: all of it. */
    shard: shardSchema.nullable().default(null),
    /** Of each arm, counted by nobody. */
    warmUpRuns: z.int().nonnegative().default(0),
    cyclesPerRun: z.int().positive(),
    network: z.enum(['udp4', 'udp6']),
    kernel: z.string(),
    binaries: z.array(
      z.strictObject({
        variant: z.string(),
        toolchain: z.string().nullable(),
        /** Of a variant: its own runtime.Version(). */
        goVersion: z.string().nullable(),
        sha256,
      }),
    ),
    arms: z.array(
      z.strictObject({
        variant: z.string(),
        /** Null: a command of the user. */
        toolchain: z.string().nullable(),
        tracer: z.string().regex(tracerNamePattern),
        expected: z.enum(['clean', 'held']).nullable(),
        role: z.enum(armRoles).nullable().default(null),
        /** Arguments of the variant's binary, or of the user's command. */
        arguments: z.array(z.string()),
        /** Whether the program says what it did; commands of the user do not. */
        claims: z.enum(['made', 'none']).default('made'),
        /** A run that takes longer is ended. Null: by its cycles. */
        timeoutMs: z.int().positive().nullable().default(null),
      }),
    ),
    blocks: z.array(
      z.strictObject({
        tracer: z.string().regex(tracerNamePattern),
        /** Watches the same runs beside it, so that the two can be held against each other; null: nothing does. */
        companion: z
          .strictObject({ tracer: z.string().regex(tracerNamePattern), version: z.string() })
          .nullable()
          .default(null),
        purpose: z.enum(['counted', 'warm-up']).default('counted'),
        runs: z.array(z.strictObject({ run: z.string().regex(runIdPattern), arm: z.int().nonnegative() })),
      }),
    ),
  })
  .refine((session) => allRuns(session).every((run) => run.arm < session.arms.length), 'a run names no arm')
  .refine((session) => {
    const names = allRuns(session).map((run) => run.run);
    return new Set(names).size === names.length;
  }, 'two runs have one id');
export type SessionFile = z.infer<typeof sessionSchema>;

export const tracerFileSchema = z.strictObject({
  schemaVersion,
  /** Inside the block's directory; null where the tracer writes none. */
  rawTrace: z.string().regex(fileNamePattern).nullable(),
  /** The raw trace of the companion, in the same directory; null: nothing watched beside the tracer. */
  companionTrace: z.string().regex(fileNamePattern).nullable().default(null),
  /** Null: the session ended before the tracer did. */
  ended: z.strictObject({ exitCode: z.int().nullable(), signal: z.string().nullable() }).nullable(),
});
export type TracerFile = z.infer<typeof tracerFileSchema>;

const portHolder = z.strictObject({
  /** The address of the program under test that it is in the way of: `127.0.0.1:3001`. */
  blocks: z.string(),
  boundTo: z.string(),
  uid: z.int().nonnegative(),
  /** Null: the system did not tell it. */
  pid: z.int().positive().nullable(),
  program: z.string().nullable(),
});
export type PortHolder = z.infer<typeof portHolder>;

export const portHoldersSchema = z.strictObject({
  schemaVersion,
  /** While no run of the session existed yet. */
  before: z.array(portHolder),
  /** When all of them were gone again; null: it did not come to that. */
  after: z.array(portHolder).nullable(),
});
export type PortHoldersFile = z.infer<typeof portHoldersSchema>;

export const endSchema = z.strictObject({
  schemaVersion,
  session: z.string(),
  ended: z.discriminatedUnion('how', [
    z.strictObject({ how: z.literal('done') }),
    z.strictObject({
      how: z.literal('interrupted'),
      signal: z.string(),
      signalNumber: z.int().min(1).max(64),
    }),
    /** It could not go on; `exitCode` is that of the reason. */
    z.strictObject({ how: z.literal('failed'), exitCode: z.int().min(1).max(127), text: z.string() }),
  ]),
  endedAt: z.iso.datetime(),
  /** Every file of evidence; paths are relative to the session, with `/`. */
  files: z.array(z.strictObject({ path: z.string(), bytes: z.int().nonnegative(), sha256 })),
});
export type EndFile = z.infer<typeof endSchema>;
export type SessionEnd = EndFile['ended'];

function allRuns(session: { blocks: readonly { runs: readonly { run: string; arm: number }[] }[] }) {
  return session.blocks.flatMap((block) => block.runs);
}
