import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildReport } from '../../../src/report/build.ts';
import { json } from '../../../src/report/json.ts';
import { reportJsonSchema } from '../../../src/report/json-schema.ts';
import type { Report } from '../../../src/report/report.ts';
import { arms, session } from './sample-session.ts';

const options = { width: 80, color: false, sessionPath: '/tmp/x', detail: 'brief' } as const;
const report = buildReport(session({ arms: [arms.fixedOld] }));

describe('json', () => {
  it('is the whole report and one line end', () => {
    expect(json.render(report, options)).toMatchInlineSnapshot(`
      "{
        "schemaVersion": 1,
        "command": "repro",
        "seed": "20160718",
        "outcome": "as-expected",
        "exitCode": 0,
        "session": "2026-01-09-a3f1",
        "tracerRequested": null,
        "tracer": "dtrace",
        "shard": null,
        "question": {
          "kind": "repro"
        },
        "warmUpRuns": 0,
        "arms": [
          {
            "id": "semaphore@go1.9.7:dtrace",
            "variant": "semaphore",
            "toolchain": "go1.9.7",
            "tracer": "dtrace",
            "role": null,
            "runs": 5,
            "heldRuns": 0,
            "unknownRuns": 0,
            "heldShare": {
              "low": 0,
              "high": 0.5218237501049815
            },
            "cycles": 2000,
            "binds": 4000,
            "addressInUse": 0,
            "lingering": 0,
            "longestLingerNs": null,
            "linger": null,
            "deferredCloses": 4000,
            "longestCloseLagNs": 176000,
            "closeLag": {
              "count": 4000,
              "p50Ns": 87099,
              "p99Ns": 172999,
              "maxNs": 176000,
              "histogram": [
                {
                  "fromNs": 200,
                  "belowNs": 500,
                  "count": 10
                },
                {
                  "fromNs": 500,
                  "belowNs": 1000,
                  "count": 10
                },
                {
                  "fromNs": 1000,
                  "belowNs": 2000,
                  "count": 25
                },
                {
                  "fromNs": 2000,
                  "belowNs": 5000,
                  "count": 67
                },
                {
                  "fromNs": 5000,
                  "belowNs": 10000,
                  "count": 115
                },
                {
                  "fromNs": 10000,
                  "belowNs": 20000,
                  "count": 230
                },
                {
                  "fromNs": 20000,
                  "belowNs": 50000,
                  "count": 690
                },
                {
                  "fromNs": 50000,
                  "belowNs": 100000,
                  "count": 1150
                },
                {
                  "fromNs": 100000,
                  "belowNs": 200000,
                  "count": 1703
                }
              ]
            },
            "verdict": "clean",
            "expected": "clean",
            "doubts": 0,
            "crossCheck": null
          }
        ],
        "comparisons": [],
        "tracerEffects": [],
        "gate": null,
        "cautions": [],
        "findings": [],
        "findingsOmitted": 0,
        "doubts": [],
        "doubtsOmitted": 0,
        "notes": [],
        "notesOmitted": 0
      }
      "
    `);
  });

  it('has the keys in the order of the schema, whatever the order in the value', () => {
    const reversed = Object.fromEntries(Object.entries(report).reverse()) as unknown as Report;
    expect(json.render(reversed, options)).toBe(json.render(report, options));
  });

  it('knows no terminal and no path', () => {
    const wide = { width: 300, color: true, sessionPath: null, detail: 'full' } as const;
    expect(json.render(report, wide)).toBe(json.render(report, options));
  });

  it('prints nothing that is not in the schema', () => {
    const more = { ...report, path: '/tmp/session' };
    expect(() => json.render(more, options)).toThrow('path');
    expect(() => json.render({ ...report, exitCode: 256 }, options)).toThrow('exitCode');
  });
});

describe('schema/report.schema.json', () => {
  it('is what the zod schema says (npm run schema writes it)', () => {
    const committed = readFileSync(
      resolve(import.meta.dirname, '../../../schema/report.schema.json'),
      'utf8',
    );
    expect(committed).toBe(reportJsonSchema());
  });
});
