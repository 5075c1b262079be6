// Module hooks: a module keeps the address of its source, so that what it finds beside itself is found; its code is the compiled one.
import { readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url).href;
let compiled;

/** @param data `folder`: URL of the compiler's outDir, with a slash at its end. */
export function initialize({ folder }) {
  compiled = folder;
}

// A query makes another instance of a module.
const isOurs = (url) => url?.startsWith(root) && /\.ts(\?|$)/.test(url) && !url.includes('/node_modules/');

export function resolve(specifier, context, next) {
  if (!specifier.startsWith('.') || !isOurs(context.parentURL)) return next(specifier, context);
  // The compiler has written .js for .ts.
  const { href } = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
  return isOurs(href) ? { url: href, format: 'module', shortCircuit: true } : next(specifier, context);
}

export function load(url, context, next) {
  if (!isOurs(url)) return next(url, context);
  const made = new URL(`${new URL(url).pathname.slice(new URL(root).pathname.length, -3)}.js`, compiled);
  const code = readFileSync(made, 'utf8');
  const map = relative(url, `${made.href}.map`);
  const source = code.replace(/(?<=\n\/\/# sourceMappingURL=).*\s*$/, () => map);
  return { format: 'module', source, shortCircuit: true };
}

/** Node takes only a path from the module for the place of a source map. */
function relative(from, to) {
  const up = new URL(from).pathname.split('/').length - 2;
  return `${'../'.repeat(up)}${new URL(to).pathname.slice(1)}`;
}
