/**
 * Reads the sections of a shard's file. It may come from anywhere: nothing in it is believed that can be checked, and
 * what does not hold is an error with its line, so that no half of a section is ever used.
 */
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { placesOf } from '../../src/experiment/shard.ts';
import { untraced } from '../../src/experiment/plan.ts';
import { firstIssue } from '../store/first-issue.ts';
import { parseJson } from '../store/json-file.ts';
import { readLines, UnreadableFile } from './lines.ts';
import { runLineSchema } from './run-line.ts';
import type { RunLine } from './run-line.ts';
import { digestOf, endLineSchema, headerSchema, sealed, shardSchemaVersion } from './shard-file.ts';
import type { ShardEnd, ShardHeader } from './shard-file.ts';

/** Told in this order, section by section: a header, its runs, its end. */
export interface SectionReader {
  begin(header: ShardHeader): void;
  run(line: RunLine, header: ShardHeader): void;
  /** @param place where the whole section is in the file, in bytes */
  end(end: ShardEnd, header: ShardHeader, place: { readonly from: number; readonly to: number }): void;
}

/** Why a section can not be used. `version`: another version of the program can. */
export class DamagedShard extends Error {
  readonly kind: 'damaged' | 'version';

  constructor(kind: DamagedShard['kind'], why: string) {
    super(why);
    this.kind = kind;
  }
}

/** @throws DamagedShard; what the reader was told of that section until then must not be used */
export async function readShardFile(path: string, reader: SectionReader): Promise<void> {
  let section: Section | null = null;
  let number = 0;
  let sections = 0;
  try {
    for await (const lines of readLines(path)) {
      for (const { bytes, from } of lines) {
        number++;
        if (section === null) {
          section = new Section(bytes, from);
          reader.begin(section.header);
        } else if (section.isComplete) {
          reader.end(section.end(bytes), section.header, { from: section.from, to: from + bytes.length + 1 });
          section = null;
          sections++;
        } else {
          reader.run(section.run(bytes), section.header);
        }
      }
    }
  } catch (error) {
    if (error instanceof UnreadableFile) throw new DamagedShard('damaged', error.message);
    if (error instanceof DamagedShard) throw new DamagedShard(error.kind, `line ${number}: ${error.message}`);
    throw error;
  }
  if (section !== null) throw new DamagedShard('damaged', `it breaks off after line ${number}`);
  if (sections === 0) throw new DamagedShard('damaged', 'it is empty');
}

class Section {
  readonly header: ShardHeader;
  readonly from: number;
  readonly #hash = createHash('sha256');
  #runs = 0;
  #arm = 0;
  #seenOfArm = 0;

  constructor(bytes: Buffer, from: number) {
    this.from = from;
    this.header = readHeader(bytes);
    this.#count(bytes);
    this.#skipFullArms();
  }

  /** Whether every run of the shard was read: then comes its end. */
  get isComplete(): boolean {
    return this.#arm === this.header.plan.arms.length;
  }

  /** The runs of the first arm in their order, then those of the second: nothing can be missing or there twice. */
  run(bytes: Buffer): RunLine {
    const line = parse(bytes, runLineSchema);
    const { plan, shard } = this.header;
    const { first } = placesOf(this.#arm, plan.runsPerArm, shard);
    const place = first + this.#seenOfArm * shard.of;
    if (line.arm !== this.#arm || line.place !== place) {
      throw damaged(`run ${place} of arm ${this.#arm} was to come, and not ${line.place} of ${line.arm}`);
    }
    if (
      plan.arms[line.arm]?.tracer === untraced &&
      (line.verdict !== 'unknown' || line.findings.length > 0)
    ) {
      throw damaged('an untraced run has a verdict or a finding');
    }
    this.#runs++;
    this.#seenOfArm++;
    this.#count(bytes);
    this.#skipFullArms();
    return line;
  }

  end(bytes: Buffer): ShardEnd {
    const end = parse(bytes, endLineSchema);
    if (end.runs !== this.#runs)
      throw damaged(`its end tells of ${end.runs} runs, and there are ${this.#runs}`);
    if (end.sha256 !== this.#hash.update(sealed(end)).digest('hex'))
      throw damaged('it was altered: its fingerprint is another');
    if (end.doubts.some(({ run }) => run !== null)) throw damaged('a doubt of the session names a run');
    return end;
  }

  #skipFullArms(): void {
    const { plan, shard } = this.header;
    while (!this.isComplete && this.#seenOfArm === placesOf(this.#arm, plan.runsPerArm, shard).count) {
      this.#arm++;
      this.#seenOfArm = 0;
    }
  }

  #count(bytes: Buffer): void {
    this.#hash.update(bytes).update('\n');
  }
}

function readHeader(bytes: Buffer): ShardHeader {
  const json = parseJson(bytes.toString('utf8'));
  const value = json.ok ? (json.value as { kind?: unknown; schemaVersion?: unknown } | null) : null;
  if (value?.kind !== 'shard') throw damaged('it does not begin with the header of a shard');
  if (value.schemaVersion !== shardSchemaVersion) {
    const found = typeof value.schemaVersion === 'number' ? String(value.schemaVersion) : 'none';
    throw new DamagedShard(
      'version',
      `it has schema version ${found}, this program reads ${shardSchemaVersion}`,
    );
  }
  const header = parse(bytes, headerSchema);
  if (digestOf(header.plan) !== header.planDigest) throw damaged('its plan is not the one that it names');
  if (header.plan.shards !== header.shard.of) throw damaged('its plan has another number of shards');
  return header;
}

function parse<T>(bytes: Buffer, schema: z.ZodType<T>): T {
  const json = parseJson(bytes.toString('utf8'));
  if (!json.ok) throw damaged(json.why);
  const parsed = schema.safeParse(json.value);
  if (parsed.success) return parsed.data;
  throw damaged(firstIssue(parsed.error));
}

function damaged(why: string): DamagedShard {
  return new DamagedShard('damaged', why);
}
