/** The sources of Go modules, read once, named by their content, and laid out so that any release builds them. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { publishDirectory } from './published-directory.ts';

export interface SourceTree {
  /** Slash-separated paths below the module's root, in order. */
  readonly files: readonly SourceFile[];
  /** sha256 over paths and contents, in hex. */
  readonly digest: string;
}

interface SourceFile {
  readonly path: string;
  readonly content: Buffer;
}

/** @param modules the directory of each by the name that it is laid out under */
export async function gather(modules: Readonly<Record<string, string>>): Promise<SourceTree> {
  const trees = await Promise.all(
    Object.entries(modules).map(async ([name, root]) => {
      const { files } = await readSourceTree(root);
      return files.map(({ path, content }) => ({ path: `${name}/${path}`, content }));
    }),
  );
  return toTree(trees.flat());
}

/** What a build reads: Go files but no tests, assembly, go.mod and go.sum, and programs for the kernel. */
export async function readSourceTree(root: string): Promise<SourceTree> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && isSource(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
  return toTree(
    await Promise.all(paths.map(async (path) => ({ path, content: await readFile(join(root, path)) }))),
  );
}

function toTree(unordered: readonly SourceFile[]): SourceTree {
  const files = [...unordered].sort((a, b) => (a.path < b.path ? -1 : 1));
  const digest = createHash('sha256');
  for (const { path, content } of files) digest.update(`${path}\0${content.length}\0`).update(content);
  return { files, digest: digest.digest('hex') };
}

/**
 * Up to Go 1.10 there are no modules and the sources must lie in GOPATH/src/<import path>; from 1.11 on the
 * go.mod beside them is used. One layout serves all. Its path depends on the content only, since releases
 * before 1.13 write it into the binary.
 * @returns the GOPATH, absolute and free of symbolic links (old releases compare it as text)
 */
export async function layOut(tree: SourceTree, importPath: string, directory: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  const goPath = join(await realpath(directory), tree.digest.slice(0, 16));
  if (await isLaidOut(tree, join(goPath, 'src', importPath))) return goPath;
  const draft = `${goPath}.${randomUUID()}`;
  for (const { path, content } of tree.files) {
    const file = join(draft, 'src', importPath, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  await publishDirectory(draft, goPath, () => isLaidOut(tree, join(goPath, 'src', importPath)));
  return goPath;
}

async function isLaidOut(tree: SourceTree, directory: string): Promise<boolean> {
  const found = await readSourceTree(directory).catch(() => null);
  return found?.digest === tree.digest;
}

function isSource(name: string): boolean {
  if (name.endsWith('_test.go')) return false;
  return name === 'go.mod' || name === 'go.sum' || /\.(?:go|s|h|bpf\.o)$/.test(name);
}
