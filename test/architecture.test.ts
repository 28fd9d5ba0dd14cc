/** What lint can not see: who imports whom, that every part has its page, and that nothing local is committed. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { findingCodes } from '../src/findings/finding.ts';

const root = resolve(import.meta.dirname, '..');
const files = committedFiles();
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

describe('imports', () => {
  const sources = files.filter((file) => /^(src|harness)\/.*\.ts$/.test(file));
  const imports = sources.flatMap((file) => importsOf(file).map((target) => ({ file, target })));
  const ofCore = imports.filter(({ file }) => file.startsWith('src/'));

  it('reads sources at all', () => {
    expect(imports.length).toBeGreaterThan(20);
  });

  it('the core imports only itself and pure packages', () => {
    const purePackages = ['zod', 'cli-table3', 'picocolors'];
    const foreign = ofCore.filter(
      ({ target }) => !target.startsWith('src/') && !purePackages.includes(target),
    );
    expect(foreign).toEqual([]);
  });

  it.each([
    ['src/trace/', ['src/trace/']],
    // The replay reports its doubts in the words of the verdict; it knows no verdict.
    ['src/kernel/', ['src/trace/', 'src/kernel/', 'src/verdict/doubt.ts']],
    ['src/statistics/', ['src/statistics/']],
  ])('%s imports nothing but %s', (folder, allowed) => {
    const others = ofCore.filter(
      ({ file, target }) => file.startsWith(folder) && !allowed.some((path) => target.startsWith(path)),
    );
    expect(others).toEqual([]);
  });

  it('nothing outside harness/commands imports a command', () => {
    const callers = imports.filter(
      ({ file, target }) =>
        target.startsWith('harness/commands/') && !/^harness\/(cli\.ts|commands\/)/.test(file),
    );
    expect(callers).toEqual([]);
  });
});

describe('files', () => {
  it('are at most 250 lines of code (lint says the same for TypeScript)', () => {
    const tooLong = files
      .filter((file) => /\.(go|sh)$/.test(file))
      .map((file) => ({ file, lines: codeLines(read(file)) }))
      .filter(({ file, lines }) => lines > (file.endsWith('_test.go') ? 500 : 250));
    expect(tooLong).toEqual([]);
  });

  it('are named for what is in them', () => {
    expect(files.filter((file) => /(^|\/)(utils?|helpers?|misc|common)(\.|\/)/.test(file))).toEqual([]);
  });

  it('are kebab-case, in TypeScript', () => {
    const sources = files.filter((file) => file.endsWith('.ts')).map((file) => basename(file));
    expect(sources.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.(test|config))?\.ts$/.test(name))).toEqual(
      [],
    );
  });
});

describe('nothing local is committed', () => {
  it('no address of a registry, as this machine has them configured', () => {
    const hosts = registryHosts();
    expect(hosts.length).toBeGreaterThan(0);
    expect(linesWith(hosts)).toEqual([]);
  });

  it('no path of this checkout or of the home folder', () => {
    const parent = dirname(root);
    const folders = [root, homedir(), ...(sharedFolders.includes(parent) ? [] : [parent])];
    expect(linesWith(folders.filter((folder) => folder !== '/').map((folder) => `${folder}/`))).toEqual([]);
  });

  it('the lockfile leaves the registry open', () => {
    expect(read('package-lock.json')).not.toContain('"resolved"');
  });
});

describe('documents', () => {
  const pages = files.filter((file) => file.endsWith('.md'));

  it.each(findingCodes)('finding %s has a page', (code) => {
    expect(read(`docs/findings/${code}.md`)).toMatch(new RegExp(`^# ${code}\\b`, 'i'));
  });

  it.each(pages)('links of %s lead somewhere', (page) => {
    const broken = linksOf(page).filter(({ file, anchor }) => {
      if (!existsSync(join(root, file))) return true;
      return anchor !== null && !anchorsOf(file).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  it('the map names every folder of the sources, and only what is there', () => {
    const map = read('docs/whats-here.md');
    const named = [...map.matchAll(/`([a-z.][\w.<>*-]*(?:\/[\w.<>*-]*)+)`/g)].map((match) => match[1] ?? '');
    const ignored = read('.gitignore').split('\n');
    const gone = named.filter(
      (path) => !/[<>*]/.test(path) && !ignored.includes(path) && !existsSync(join(root, path)),
    );
    expect(gone).toEqual([]);
    const folders = files.flatMap(
      (file) => /^((src|harness|go-fixtures|test)\/)?[^/]+\//.exec(file)?.[0] ?? [],
    );
    expect([...new Set(folders)].filter((folder) => !named.includes(folder))).toEqual([]);
  });
});

describe('registries', () => {
  it('every tracer folder is in the registry and has a recording', () => {
    const registry = read('harness/tracers/index.ts');
    const folders = foldersIn('harness/tracers');
    expect(folders.filter((name) => !registry.includes(`./${name}/`))).toEqual([]);
    // `none` watches nothing, `recording` reads the recordings of the others.
    const watching = folders.filter((name) => name !== 'none' && name !== 'recording');
    expect(watching.filter((name) => !foldersIn('test/golden').includes(name))).toEqual([]);
  });

  it('every recording says how it was made or where it comes from', () => {
    const cases = foldersIn('test/golden').flatMap((tracer) =>
      foldersIn(`test/golden/${tracer}`).map((name) => `test/golden/${tracer}/${name}`),
    );
    // One script may record all cases of a folder.
    const isTold = (folder: string): boolean =>
      ['COMMAND', 'README.md', '../record.sh'].some((name) => existsSync(join(root, folder, name)));
    expect(cases.filter((folder) => !isTold(folder))).toEqual([]);
  });
});

const sharedFolders = ['/', '/home', '/opt', '/root', '/src', '/srv', '/tmp', '/usr/src', '/var/tmp'];

/** What git would commit; where there is no git or it refuses, every file that .gitignore does not name. */
function committedFiles(): string[] {
  try {
    const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return [...new Set(list.split('\0'))].filter((file) => file !== '' && existsSync(join(root, file)));
  } catch {
    const ignored = readFileSync(join(root, '.gitignore'), 'utf8')
      .split('\n')
      .map((line) => line.replace(/\/$/, ''));
    return walk(root, (name) => name !== '.git' && !ignored.includes(name));
  }
}

function walk(folder: string, isWanted: (name: string) => boolean): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => isWanted(entry.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? walk(path, isWanted) : [relative(root, path)];
    });
}

function foldersIn(folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}

/** Relative imports as paths from the root, others as they are written. */
function importsOf(file: string): string[] {
  return ts
    .preProcessFile(read(file), true, true)
    .importedFiles.map(({ fileName }) =>
      fileName.startsWith('.') ? relative(root, resolve(root, dirname(file), fileName)) : fileName,
    );
}

function codeLines(text: string): number {
  return text.split('\n').filter((line) => !/^\s*($|\/\/|#|\/?\*)/.test(line)).length;
}

/** Asked of npm and go, so that no host has to be named here. */
function registryHosts(): string[] {
  const npm = execFileSync('npm', ['config', 'get', 'registry'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const go = execFileSync('go', ['env', 'GOPROXY', 'GOSUMDB'], {
    encoding: 'utf8',
    env: { ...process.env, GOTOOLCHAIN: 'local' },
  });
  const words = `${npm} ${go}`.split(/[\s,|]+/).map((word) => word.replace(/^https?:\/\//, ''));
  return [...new Set(words.map((word) => word.replace(/[/+].*$/, '')))].filter((word) => word.includes('.'));
}

function linesWith(texts: readonly string[]): string[] {
  return files
    .filter((file) => statSync(join(root, file)).size < 20_000_000)
    .flatMap((file) => {
      const content = readFileSync(join(root, file), 'latin1');
      if (!texts.some((text) => content.includes(text))) return [];
      return content
        .split('\n')
        .flatMap((line, index) =>
          texts.some((text) => line.includes(text)) ? [`${file}:${index + 1}`] : [],
        );
    })
    .slice(0, 20);
}

/** Links to files of this repository: path from the root, and the heading if one is named. */
function linksOf(page: string): { file: string; anchor: string | null }[] {
  const text = read(page).replace(/```[\s\S]*?```/g, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1] ?? '')
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path = '', anchor = null] = target.split('#');
      return { file: path === '' ? page : relative(root, resolve(root, dirname(page), path)), anchor };
    });
}

/** The anchors that GitHub makes of headings. */
function anchorsOf(file: string): string[] {
  return [...read(file).matchAll(/^#+ (.*)$/gm)].map((match) =>
    (match[1] ?? '')
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}
