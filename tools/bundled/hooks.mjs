// Module hooks of the test run: a program that was bundled before is taken from there; other TypeScript is translated file by file.
import { readFile } from 'node:fs/promises';
import { transform } from 'esbuild';

let root;
let programs;

/** @param data `root`: URL of the checkout; `programs`: URL of the bundle by the URL of its source. */
export function initialize(data) {
  ({ root, programs } = data);
}

export async function resolve(specifier, context, next) {
  const resolved = await next(specifier, context);
  const bundle = programs[resolved.url];
  return bundle === undefined ? resolved : { url: bundle, format: 'module', shortCircuit: true };
}

export async function load(url, context, next) {
  if (!url.startsWith(root) || !url.endsWith('.ts') || url.includes('/node_modules/'))
    return next(url, context);
  const text = await readFile(new URL(url), 'utf8');
  const { code } = await transform(text, { loader: 'ts', target: 'node20', sourcefile: url });
  return { format: 'module', source: code, shortCircuit: true };
}
