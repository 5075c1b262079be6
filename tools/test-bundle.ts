import { symlinkSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { root } from './services.ts';

/** What of a test run was bundled. */
export interface Bundled {
  /** One module for each group of test files, in their order. */
  readonly entries: readonly string[];
  /** What makes a Node of its own run our TypeScript, for `--import`: programs come from their bundles. */
  readonly loader: string;
}

/** A module keeps the address of its source, so that what lies beside it is found. */
const ownAddress: Plugin = {
  name: 'own-address',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.ts$/ }, async ({ path }) => ({
      loader: 'ts',
      contents: (await readFile(path, 'utf8')).replaceAll(
        /\bimport\.meta\.url\b/g,
        JSON.stringify(pathToFileURL(path).href),
      ),
    })),
};

/**
 * Makes one module of each group and of each program that tests start as a process of its own. Loading hundreds of
 * files costs a process more than most tests take.
 * @param folder Takes what is made.
 * @param programs Paths of TypeScript files, from the checkout's top folder.
 * @throws what does not fit together
 */
export async function bundleTests(
  folder: string,
  groups: readonly (readonly string[])[],
  programs: readonly string[],
): Promise<Bundled> {
  const entryPoints = [
    ...groups.map((files, index) => {
      const name = groupName(index);
      const entry = join(folder, `${name}.ts`);
      writeFileSync(entry, files.map((file) => `import ${JSON.stringify(join(root, file))};\n`).join(''));
      return { in: entry, out: name };
    }),
    ...programs.map((file) => ({ in: join(root, file), out: programName(file) })),
  ];
  await build({
    absWorkingDir: root,
    entryPoints,
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: 'linked',
    sourcesContent: false,
    plugins: [ownAddress],
    logLevel: 'silent',
  });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  const made = (name: string): string => join(folder, `${name}.mjs`);
  const list = join(folder, 'programs.json');
  const address = (path: string): string => pathToFileURL(path).href;
  writeFileSync(
    list,
    JSON.stringify(
      Object.fromEntries(
        programs.map((file) => [address(join(root, file)), address(made(programName(file)))]),
      ),
    ),
  );
  return {
    entries: groups.map((_, index) => made(groupName(index))),
    loader: `${address(join(root, 'tools', 'bundled', 'register.mjs'))}?programs=${encodeURIComponent(address(list))}`,
  };
}

const groupName = (index: number): string => `group-${String(index + 1).padStart(2, '0')}`;
const programName = (file: string): string =>
  join('programs', file.replace(/\.ts$/, '').replaceAll(sep, '-'));
