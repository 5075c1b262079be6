import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ConnectorDefinition, loadDefinitions } from '../connectors/definition.ts';
import { TributaryError } from '../domain/errors.ts';

/** The folder that comes with the program. */
export const definitionsFolder = fileURLToPath(new URL('../connectors/', import.meta.url));

/** Connector definitions by app id. */
export interface Definitions {
  /** @throws {TributaryError} NOT_FOUND, or DEFINITION_INVALID when a file was changed and has faults now */
  get(app: string): ConnectorDefinition;
  /** All, as they are now. @throws {TributaryError} DEFINITION_INVALID */
  current(): ReadonlyMap<string, ConnectorDefinition>;
}

/**
 * Opens a folder of definitions. Files that change are read again, so that a mended definition counts at the next
 * retry without a restart.
 * @throws {TributaryError} DEFINITION_INVALID with the faults of all files
 */
export function openDefinitions(folder: string = definitionsFolder): Definitions {
  const stampOf = (): string =>
    readdirSync(folder)
      .filter((name) => /\.ya?ml$/.test(name))
      .map((name) => `${name} ${statSync(join(folder, name)).mtimeMs}`)
      .join('\n');
  let stamp = stampOf();
  let found = loadDefinitions(folder);
  const current = (): Map<string, ConnectorDefinition> => {
    const now = stampOf();
    if (now !== stamp) {
      found = loadDefinitions(folder);
      stamp = now;
    }
    return found;
  };
  return {
    get: (app) => {
      const definition = current().get(app);
      if (!definition) throw new TributaryError('NOT_FOUND', `There is no connector definition "${app}".`);
      return definition;
    },
    current,
  };
}
