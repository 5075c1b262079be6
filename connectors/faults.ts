import type { z } from 'zod';
import type { JsonObject, JsonValue } from '../domain/json.ts';
import { nearest } from './nearest.ts';
import { definitionJsonSchema } from './published.ts';
import { type Path, yamlInline } from './yaml.ts';

/** What is wrong at a place of a definition. */
export interface Expectation {
  readonly path: Path;
  /** Key in `path` that the fault is about, where it has no place of its own. */
  readonly key?: string;
  readonly expected: string;
  /** A piece of YAML that would be right there. */
  readonly example: string;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const optionsOf = (node: JsonObject): readonly JsonObject[] =>
  ((node.oneOf ?? node.anyOf ?? []) as readonly JsonValue[]).filter(isObject);
const propertiesOf = (node: JsonObject): JsonObject => (isObject(node.properties) ? node.properties : {});

/** Of the alternatives the one that a value says it is, by its constant keys (`kind`). */
function chosen(node: JsonObject, value: unknown): JsonObject {
  const fits = (option: JsonObject): boolean => {
    const constants = Object.entries(propertiesOf(option)).flatMap(([name, inner]) =>
      isObject(inner) && (inner.const !== undefined || Array.isArray(inner.enum))
        ? [[name, inner.const !== undefined ? [inner.const] : (inner.enum as JsonValue[])] as const]
        : [],
    );
    const kinds = constants.filter(([name]) => name === 'kind');
    return (
      isObject(value) && kinds.length > 0 && kinds.every(([name, all]) => all.includes(value[name] ?? null))
    );
  };
  return optionsOf(node).find(fits) ?? node;
}

/** What the published format says of a path; alternatives are followed as far as the value tells them apart. */
function nodeAt(value: unknown, path: Path): JsonObject | undefined {
  let node: JsonObject = chosen(definitionJsonSchema(), value);
  let here: unknown = value;
  for (const step of path) {
    const inside = [node, ...optionsOf(node)]
      .map((one) =>
        typeof step === 'number' ? one.items : (propertiesOf(one)[String(step)] ?? one.additionalProperties),
      )
      .find(isObject);
    if (inside === undefined) return undefined;
    here =
      typeof here === 'object' && here !== null ? (here as Record<PropertyKey, unknown>)[step] : undefined;
    node = chosen(inside, here);
  }
  return node;
}

const isEmpty = (value: JsonValue): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

/** A value that fits. */
function exampleValue(node: JsonObject | undefined): unknown {
  if (node === undefined) return 'text';
  if (Array.isArray(node.examples) && node.examples.length > 0) return node.examples[0];
  if (node.const !== undefined) return node.const;
  if (Array.isArray(node.enum)) return node.enum[0];
  if (node.default !== undefined && !isEmpty(node.default)) return node.default;
  const [option] = optionsOf(node);
  if (option) return exampleValue(option);
  if (node.type === 'array') return isObject(node.items) ? [exampleValue(node.items)] : [];
  if (node.type === 'object') {
    const required = Array.isArray(node.required) ? node.required.map(String) : [];
    return Object.fromEntries(
      required.map((name) => [name, exampleValue(propertiesOf(node)[name] as JsonObject)]),
    );
  }
  if (node.type === 'boolean') return true;
  return node.type === 'integer' || node.type === 'number' ? 1 : 'text';
}

/** One line of YAML for a place: `key: value`, or `- value` in a list. */
export function exampleLine(step: PropertyKey | undefined, value: unknown): string {
  if (step === undefined) return yamlInline(value);
  return typeof step === 'number'
    ? `- ${yamlInline(value)}`
    : `${yamlInline(String(step))}: ${yamlInline(value)}`;
}

/** The alternatives in a few words. */
function summary(node: JsonObject): string {
  if (node.const !== undefined) return yamlInline(node.const);
  if (Array.isArray(node.enum)) return node.enum.map((one) => yamlInline(one)).join(', ');
  if (Object.keys(propertiesOf(node)).length > 0) return `{ ${Object.keys(propertiesOf(node)).join(', ')} }`;
  return typeof node.type === 'string'
    ? node.type
    : Array.isArray(node.type)
      ? node.type.join(' or ')
      : 'a value';
}

/** The faults of the alternative that a value is nearest to; undefined where none is near. */
function nearestBranch(issue: z.core.$ZodIssueInvalidUnion): readonly z.core.$ZodIssue[] | undefined {
  const near = issue.errors
    .filter(
      (faults) =>
        faults.length > 0 && faults.every(({ path, code }) => path.length > 0 && code !== 'invalid_type'),
    )
    .sort((a, b) => a.length - b.length);
  return near[0];
}

function unknownKeys(issue: z.core.$ZodIssueUnrecognizedKeys, value: unknown): Expectation[] {
  const node = nodeAt(value, issue.path);
  const known = Object.keys(propertiesOf(node ?? {}));
  return issue.keys.map((key) => {
    const meant = nearest(key, known);
    const better = meant ?? known.find((name) => name !== 'kind') ?? 'name';
    const hint =
      meant === undefined
        ? known.length > 0 && known.length <= 12
          ? ` (known here: ${known.join(', ')})`
          : ''
        : ` (did you mean "${meant}"?)`;
    const inner = propertiesOf(node ?? {})[better];
    return {
      path: [...issue.path, key],
      key,
      expected: `no "${key}" here: it is not part of the format${hint}`,
      example: exampleLine(better, exampleValue(isObject(inner) ? inner : undefined)),
    };
  });
}

/** What the format's check found, in words, each with an example. */
export function expectationsOf(issue: z.core.$ZodIssue, value: unknown): Expectation[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') return unknownKeys(issue, value);
  const node = nodeAt(value, path);
  const example = exampleLine(path.at(-1), exampleValue(node));
  if (issue.code === 'invalid_key')
    return issue.issues.map(({ message }) => ({ path, expected: cleaned(message), example }));
  if (issue.code === 'invalid_union') {
    if ('options' in issue && issue.options?.length)
      return [{ path, expected: `one of ${issue.options.map(String).join(', ')}`, example }];
    const near = nearestBranch(issue);
    if (near)
      return near.flatMap((inner) => expectationsOf({ ...inner, path: [...path, ...inner.path] }, value));
    return [
      {
        path,
        expected:
          optionsOf(node ?? {})
            .map(summary)
            .join(' or ') || 'another kind of value',
        example,
      },
    ];
  }
  return [{ path, expected: cleaned(issue.message), example }];
}

/** The words after "expected". */
function cleaned(message: string): string {
  return message
    .replace(/^Invalid option: expected one of (.*)$/, (_, all: string) => {
      const names = all.split('|').map((name) => name.replace(/^"(.*)"$/, '$1'));
      return `one of ${names.join(', ')}`;
    })
    .replace(/^([\w ]+: )?expected /, '')
    .replace('received undefined', 'but it is missing');
}
