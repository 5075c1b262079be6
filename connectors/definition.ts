import { isUtf8 } from 'node:buffer';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { TributaryError } from '../domain/errors.ts';
import { inconsistencies } from './consistency.ts';
import { type Expectation, expectationsOf } from './faults.ts';
import { type ConnectorDefinition, definitionSchema } from './schema.ts';
import { readYaml } from './yaml.ts';

export type {
  AuthDefinition,
  ConnectorDefinition,
  ConnectorDefinitionInput,
  Pagination,
  ReportDefinition,
  ResourceDefinition,
} from './schema.ts';
export { definitionSchema } from './schema.ts';

/** One fault of a definition file. Lines count from 1; `path` reads like `resources.0.path`. */
export interface DefinitionFault {
  readonly line: number;
  readonly path: string;
  readonly expected: string;
  /** A piece of YAML that would be right there. */
  readonly example: string;
}

const maxBytes = 1024 * 1024;

/**
 * Reads a connector definition from YAML.
 * @param fileName Named in the faults.
 * @throws TributaryError DEFINITION_INVALID with `faults: DefinitionFault[]`; its message names file, line, path,
 * what was expected and an example of each.
 */
export function parseDefinition(text: string, fileName: string): ConnectorDefinition {
  const read = readYaml(text);
  if ('faults' in read)
    throw invalid(
      fileName,
      read.faults.map((fault) => ({ ...fault, path: '' })),
    );
  const { value, lineOf } = read;
  const fault = ({ path, key, expected, example }: Expectation): DefinitionFault => ({
    line: key === undefined ? lineOf(path) : lineOf(path.slice(0, -1), key),
    path: path.map(String).join('.'),
    expected,
    example,
  });
  const parsed = definitionSchema.safeParse(value);
  if (!parsed.success)
    throw invalid(fileName, parsed.error.issues.flatMap((issue) => expectationsOf(issue, value)).map(fault));
  const crossed = [...inconsistencies(parsed.data)];
  if (crossed.length > 0) throw invalid(fileName, crossed.map(fault));
  return parsed.data;
}

/** A fault for people: where, what was expected, and an example. */
const faultLine = (file: string, { line, path, expected, example }: DefinitionFault): string =>
  `${file}:${line}: ${path ? `${path}: ` : ''}expected ${expected}, for example \`${example.replaceAll('\n', '; ')}\``;

function invalid(file: string, faults: readonly DefinitionFault[]): TributaryError {
  const lines = faults.map((fault) => faultLine(file, fault));
  return new TributaryError('DEFINITION_INVALID', lines.join('\n'), { file, faults });
}

/** The text of a file, which must be UTF-8 and not too large. @throws TributaryError DEFINITION_INVALID */
function readText(path: string): string {
  const file = basename(path);
  const fault = (expected: string) => invalid(file, [{ line: 1, path: '', expected, example: 'version: 1' }]);
  let bytes: Buffer;
  try {
    const stat = statSync(path);
    if (!stat.isFile()) throw fault('a file');
    if (stat.size > maxBytes) throw fault('a file of at most 1 MB');
    bytes = readFileSync(path);
  } catch (cause) {
    if (cause instanceof TributaryError) throw cause;
    const why =
      (cause as NodeJS.ErrnoException).code === 'ENOENT'
        ? 'there is no such file'
        : 'the file cannot be read';
    throw new TributaryError('DEFINITION_INVALID', `${file}: ${why}`, { file }, { cause });
  }
  if (!isUtf8(bytes)) throw fault('text in UTF-8');
  return bytes.toString();
}

/**
 * Reads one definition file.
 * @throws TributaryError DEFINITION_INVALID, also when the file cannot be read.
 */
export const loadDefinition = (file: string): ConnectorDefinition =>
  parseDefinition(readText(file), basename(file));

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
