import { loadDefinitions } from '../connectors/definition.ts';
import { definitionJsonSchema } from '../connectors/published.ts';
import { yamlInline } from '../connectors/yaml.ts';
import type { JsonObject, JsonValue } from '../domain/json.ts';

/** The page with the generated tables, relative to the repository. */
export const connectorsPage = 'docs/connectors.md';
/** The published JSON Schema, relative to the repository. */
export const definitionSchemaFile = 'connectors/definition.schema.json';

/** The published JSON Schema as its file has it. */
export const definitionSchemaText = (): string => `${JSON.stringify(definitionJsonSchema(), null, 2)}\n`;

type Row = readonly [key: string, meaning: string, standard: string];

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const optionsOf = (node: JsonObject): JsonObject[] =>
  ((node.oneOf ?? []) as readonly JsonValue[]).filter(isObject);

function meaningOf(node: JsonObject): string {
  const said = typeof node.description === 'string' ? node.description : '';
  const all = Array.isArray(node.enum) && node.enum.length > 1 ? node.enum.map((one) => `\`${one}\``) : [];
  return [said, all.length > 0 ? `One of ${all.join(', ')}.` : ''].filter(Boolean).join(' ');
}

function standardOf(node: JsonObject, required: boolean): string {
  if (node.default !== undefined) return `\`${yamlInline(node.default)}\``;
  return required ? 'required' : '';
}

/**
 * The keys of an object and of what is in them; `kind` of alternatives stands before the keys of each.
 * @param below Keys with a table of their own.
 */
function rowsOf(node: JsonObject, prefix: string, below: readonly string[] = []): Row[] {
  if (optionsOf(node).length > 0)
    return optionsOf(node).flatMap((option) => {
      const kind = (option.properties as JsonObject).kind as JsonObject;
      const kinds = (Array.isArray(kind.enum) ? kind.enum : [kind.const]).map((one) => `\`${one}\``);
      const head: Row = [`\`${prefix}kind\`: ${kinds.join(', ')}`, meaningOf(option), ''];
      return [head, ...rowsOf(option, prefix)];
    });
  const required = Array.isArray(node.required) ? node.required : [];
  const properties = isObject(node.properties) ? node.properties : {};
  return Object.entries(properties).flatMap(([name, inner]) => {
    // The kind stands before its keys.
    if (!isObject(inner) || (name === 'kind' && prefix !== '')) return [];
    const row: Row = [`\`${prefix}${name}\``, meaningOf(inner), standardOf(inner, required.includes(name))];
    if (below.includes(name)) return [row];
    const items = isObject(inner.items) ? inner.items : undefined;
    return [row, ...rowsOf(items ?? inner, `${prefix}${name}${items ? '[]' : ''}.`, below)];
  });
}

const part = (name: string): JsonObject =>
  (definitionJsonSchema().properties as JsonObject)[name] as JsonObject;
const itemOf = (node: JsonObject): JsonObject => node.items as JsonObject;

/** Writes a table whose columns are as wide as their widest cell. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows].map((cells) => cells.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, i) => Math.max(3, ...lines.map((cells) => cells[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  const [first = [], ...others] = lines;
  return [line(first), line(widths.map((width) => '-'.repeat(width))), ...others.map(line)].join('\n');
}

const keys = (rows: readonly Row[]): string => table(['key', 'meaning', 'default'], rows);

const triedTexts = {
  live: 'against the live service',
  standIn: 'against a stand-in that answers as the documents say; not run against the live service',
  no: 'validated only; not run against the live service',
} as const;

function appsTable(folder: string): string {
  const apps = [...loadDefinitions(folder).values()];
  return table(
    ['app', 'authorization', 'resources', 'tried'],
    apps.map(({ id, name, auth, resources, tried }) => [
      `[${name}](../connectors/${id}.yaml)`,
      auth.kind,
      resources.map((resource) => resource.id).join(', '),
      id === 'storefront' ? 'against the sample app that comes with it' : triedTexts[tried],
    ]),
  );
}

/** The tables of the page by the name of their place. */
const tables: Readonly<Record<string, (folder: string) => string>> = {
  app: () =>
    keys(rowsOf(definitionJsonSchema(), '', ['auth', 'webhooks', 'metrics', 'resources', 'reports'])),
  auth: () => keys(rowsOf(part('auth'), 'auth.')),
  resource: () => keys(rowsOf(itemOf(part('resources')), '')),
  report: () => keys(rowsOf(itemOf(part('reports')), '', ['fields', 'pagination'])),
  webhooks: () => keys(rowsOf(part('webhooks'), 'webhooks.')),
  metrics: () => keys(rowsOf(itemOf(part('metrics')), '')),
  apps: appsTable,
};

/**
 * Puts the tables into their places in the page: between `<!-- table: name -->` and `<!-- end -->`.
 * @param folder Of the definitions.
 * @throws {Error} for a place without a table, or a table without a place
 */
export function withConnectorTables(page: string, folder: string): string {
  const left = new Set(Object.keys(tables));
  const text = page.replace(/(<!-- table: (\w+) -->\n).*?(<!-- end -->)/gs, (_, start, name, end) => {
    const make = tables[name];
    if (!make) throw new Error(`There is no table "${name}".`);
    left.delete(name);
    return `${start}\n${make(folder)}\n\n${end}`;
  });
  if (left.size > 0) throw new Error(`The page has no place for ${[...left].join(', ')}.`);
  return text;
}

/** A page without what only aligns its tables. */
export const cellsOf = (page: string): string => page.replace(/ +\|/g, ' |').replace(/-{3,}/g, '---');
