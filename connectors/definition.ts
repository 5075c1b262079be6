import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  type Document,
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  type ParsedNode,
  parseDocument,
} from 'yaml';
import type { z } from 'zod';
import { TributaryError } from '../domain/errors.ts';
import { inconsistencies } from './consistency.ts';
import { type ConnectorDefinition, definitionSchema } from './schema.ts';

export type {
  AuthDefinition,
  ConnectorDefinition,
  ConnectorDefinitionInput,
  Pagination,
  ResourceDefinition,
} from './schema.ts';
export { definitionSchema } from './schema.ts';

/** One fault of a definition file. Lines count from 1; `path` reads like `resources.0.path`. */
export interface DefinitionFault {
  readonly line: number;
  readonly path: string;
  readonly expected: string;
}

type Path = readonly PropertyKey[];
type Parsed = Document.Parsed<ParsedNode>;

/** Where a path stands in the text; the nearest parent where the path itself is not there. */
function offsetOf(document: Parsed, path: Path, key?: string): number {
  for (let length = path.length; length >= 0; length--) {
    const parent = length > 0 ? document.getIn(path.slice(0, length - 1), true) : undefined;
    const wanted = path[length - 1];
    if (key !== undefined && length === path.length) {
      const map = length > 0 ? document.getIn(path, true) : document.contents;
      const pair = isMap(map)
        ? map.items.find((item) => isScalar(item.key) && item.key.value === key)
        : undefined;
      if (isPair(pair) && isNode(pair.key) && pair.key.range) return pair.key.range[0];
    }
    const map = length === 1 ? document.contents : parent;
    const pair = isMap(map)
      ? map.items.find((item) => isScalar(item.key) && item.key.value === wanted)
      : undefined;
    if (isPair(pair) && isNode(pair.key) && pair.key.range) return pair.key.range[0];
    const node = length > 0 ? document.getIn(path.slice(0, length), true) : document.contents;
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys')
    return `no "${issue.keys.join('", "')}" here: it is not part of the format`;
  if (issue.code === 'invalid_union' && 'options' in issue && issue.options?.length)
    return `one of ${issue.options.map(String).join(', ')}`;
  return issue.message
    .replace(/^([\w ]+: )?expected /, '')
    .replace('received undefined', 'but it is missing');
}

/**
 * Reads a connector definition from YAML.
 * @param fileName Named in the faults.
 * @throws TributaryError DEFINITION_INVALID with `faults: DefinitionFault[]`; its message names file, line, path
 * and what was expected of each.
 */
export function parseDefinition(text: string, fileName: string): ConnectorDefinition {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, strict: true });
  const fault = (offset: number, path: Path, expected: string): DefinitionFault => ({
    line: counter.linePos(offset).line,
    path: path.map(String).join('.'),
    expected,
  });
  if (document.errors.length > 0)
    throw invalid(
      fileName,
      document.errors.map((error) => fault(error.pos[0], [], `YAML: ${error.message}`)),
    );
  const parsed = definitionSchema.safeParse(document.toJS());
  if (!parsed.success)
    throw invalid(
      fileName,
      parsed.error.issues.map((issue) => {
        const key = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
        const path = key === undefined ? issue.path : [...issue.path, key];
        return fault(offsetOf(document, issue.path, key), path, expectation(issue));
      }),
    );
  const crossed = [...inconsistencies(parsed.data)];
  if (crossed.length > 0)
    throw invalid(
      fileName,
      crossed.map(({ path, expected }) => fault(offsetOf(document, path), path, expected)),
    );
  return parsed.data;
}

function invalid(file: string, faults: readonly DefinitionFault[]): TributaryError {
  const lines = faults.map(
    ({ line, path, expected }) => `${file}:${line}: ${path ? `${path}: ` : ''}expected ${expected}`,
  );
  return new TributaryError('DEFINITION_INVALID', lines.join('\n'), { file, faults });
}

/**
 * Reads one definition file.
 * @throws TributaryError DEFINITION_INVALID, also when the file cannot be read.
 */
export function loadDefinition(file: string): ConnectorDefinition {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new TributaryError(
      'DEFINITION_INVALID',
      `${basename(file)}: the file cannot be read`,
      { file: basename(file) },
      { cause },
    );
  }
  return parseDefinition(text, basename(file));
}

/**
 * Reads every `*.yaml` of a folder, by app id.
 * @throws TributaryError DEFINITION_INVALID with the faults of all files, also when two files have one id.
 */
export function loadDefinitions(folder: string): Map<string, ConnectorDefinition> {
  const found = new Map<string, ConnectorDefinition>();
  const messages: string[] = [];
  for (const file of readdirSync(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()) {
    try {
      const definition = loadDefinition(join(folder, file));
      if (found.has(definition.id))
        messages.push(`${file}: id: expected one that no other file has; "${definition.id}" is taken`);
      found.set(definition.id, definition);
    } catch (error) {
      if (!(error instanceof TributaryError)) throw error;
      messages.push(error.message);
    }
  }
  if (messages.length > 0) throw new TributaryError('DEFINITION_INVALID', messages.join('\n'));
  return found;
}
