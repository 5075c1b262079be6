import {
  type Document,
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  type ParsedNode,
  parseDocument,
  stringify,
  type YAMLError,
} from 'yaml';
import type { JsonValue } from '../domain/json.ts';

/** A place in a value: names and numbers from its root. */
export type Path = readonly PropertyKey[];

/** Something that is wrong with the text itself. Lines count from 1. */
export interface TextFault {
  readonly line: number;
  readonly expected: string;
  readonly example: string;
}

/** A text that could be read. */
export interface YamlText {
  readonly value: JsonValue;
  /** Line of a path; of the nearest parent where the path itself is not there. With `key`: of that key in it. */
  readonly lineOf: (path: Path, key?: string) => number;
}

const maxAliases = 100;
const maxChars = 1024 * 1024;
const deepest = 200;
const goodStart = 'version: 1';

/** What the faults of the YAML reader are called here, by their code. */
const saidFor: Readonly<Record<string, readonly [expected: string, example: string]>> = {
  TAB_AS_INDENT: ['spaces to indent with, not tabs', 'auth:\n  kind: bearer'],
  DUPLICATE_KEY: ['each key once', 'name: Shop'],
  MULTIPLE_DOCS: ['one document in a file, without a line of "---" in it', goodStart],
  BAD_INDENT: ['lines of one level to start at the same column, and brackets to be closed', 'key: [id]'],
  BAD_SCALAR_START: ['quotes around a text that starts with such a character', 'header: "@type"'],
  BLOCK_AS_IMPLICIT_KEY: ['quotes around a text with ": " in it', 'name: "Shop: the new one"'],
  TAG_RESOLVE_FAILED: ['no tag such as !name', 'name: Shop'],
};

/** Deeper texts are refused by a look at them: the reader of YAML ends the process with them. */
function depthFault(text: string): TextFault | undefined {
  let open = 0;
  for (const [at, line] of text.split('\n').entries()) {
    const indent = /^[-?:\s]*/.exec(line)?.[0].length ?? 0;
    for (const mark of line) {
      if (mark === '[' || mark === '{') open += 1;
      else if ((mark === ']' || mark === '}') && open > 0) open -= 1;
      if (open > deepest) break;
    }
    if (open > deepest || indent > 2 * deepest)
      return { line: at + 1, expected: `at most ${deepest} levels`, example: 'key: [id]' };
  }
  return undefined;
}

function yamlFault({ code, message, pos }: YAMLError, counter: LineCounter): TextFault {
  const [expected, example] = saidFor[code] ?? [
    `YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`,
    'name: "Shop"',
  ];
  return { line: counter.linePos(pos[0]).line, expected, example };
}

/** Where a path stands in the text; the nearest parent where the path itself is not there. */
function offsetOf(document: Document.Parsed<ParsedNode>, path: Path, key?: string): number {
  const pairAt = (map: unknown, wanted: PropertyKey | undefined) =>
    isMap(map) ? map.items.find((item) => isScalar(item.key) && item.key.value === wanted) : undefined;
  const nodeAt = (length: number): unknown =>
    length > 0 ? document.getIn(path.slice(0, length), true) : document.contents;
  for (let length = path.length; length >= 0; length--) {
    const pairs = [
      ...(key !== undefined && length === path.length ? [pairAt(nodeAt(length), key)] : []),
      ...(length > 0 ? [pairAt(nodeAt(length - 1), path[length - 1])] : []),
    ];
    for (const pair of pairs)
      if (isPair(pair) && isNode(pair.key) && pair.key.range) return pair.key.range[0];
    const node = nodeAt(length);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

/** The value of a document as JSON. @throws {Error} for aliases that name nothing, themselves, or too much */
function toJson(document: Document.Parsed<ParsedNode>): JsonValue {
  const value: unknown = document.toJS({ maxAliasCount: maxAliases });
  // Aliases that name themselves cannot be written, those that multiply are written at length.
  const json = JSON.stringify(value) as string | undefined;
  if ((json?.length ?? 0) > 4 * maxChars) throw new RangeError('too large when its aliases are written out');
  return (value ?? null) as JsonValue;
}

/**
 * Reads one YAML document whose root is a mapping. JSON is YAML.
 * @returns the value, or what is wrong with the text
 */
export function readYaml(text: string): YamlText | { readonly faults: readonly TextFault[] } {
  const one = (expected: string, example: string, line = 1) => ({ faults: [{ line, expected, example }] });
  if (text.length > maxChars) return one('a file of at most 1 MB', goodStart);
  const zero = text.indexOf('\0');
  if (zero !== -1)
    return one('text without zero characters', goodStart, text.slice(0, zero).split('\n').length);
  const deep = depthFault(text);
  if (deep) return { faults: [deep] };

  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, strict: true });
  const errors: YAMLError[] = [...document.errors, ...document.warnings];
  if (errors.length > 0) return { faults: errors.slice(0, 20).map((error) => yamlFault(error, counter)) };
  let value: JsonValue;
  try {
    value = toJson(document);
  } catch (error) {
    const why = error instanceof Error ? error.message.toLowerCase() : String(error);
    return one(`the values themselves in place of these aliases (${why})`, 'scopes: [orders.read]');
  }
  if (value === null) return one('a definition; the file is empty', goodStart);
  if (typeof value !== 'object' || Array.isArray(value))
    return one(`a mapping of keys to values, not a ${Array.isArray(value) ? 'list' : 'text'}`, goodStart);
  return { value, lineOf: (path, key) => counter.linePos(offsetOf(document, path, key)).line };
}

/** A value as it can be written into a YAML file on one line. */
export const yamlInline = (value: unknown): string =>
  stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: true }).trim();
