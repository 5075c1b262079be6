import { basename } from 'node:path';
import {
  type ConnectorDefinition,
  type DefinitionFault,
  loadDefinition,
} from '../../../connectors/definition.ts';
import { TributaryError } from '../../../domain/errors.ts';

/** One checked file. */
export interface CheckedFile {
  readonly file: string;
  readonly ok: boolean;
  /** Null when it has faults. */
  readonly app: string | null;
  readonly resources: readonly string[];
  readonly reports: readonly string[];
  readonly faults: readonly DefinitionFault[];
  /** For people. */
  readonly lines: readonly string[];
}

/** Faults are told with the file as the person named it. */
const named = (message: string, file: string): string[] =>
  message
    .split('\n')
    .map((line) => (line.startsWith(`${basename(file)}:`) ? file + line.slice(basename(file).length) : line));

/** Reads a definition. @throws TributaryError DEFINITION_INVALID with the file as it was named */
export function readDefinition(file: string): ConnectorDefinition {
  try {
    return loadDefinition(file);
  } catch (error) {
    if (!(error instanceof TributaryError)) throw error;
    throw new TributaryError(error.code, named(error.message, file).join('\n'), error.details, {
      cause: error,
    });
  }
}

/** Checks definition files, each on its own. */
export function validateFiles(files: readonly string[]): CheckedFile[] {
  return files.map((file) => {
    try {
      const { id, resources, reports } = loadDefinition(file);
      const ids = resources.map((resource) => resource.id);
      const dated = reports.map((report) => report.id);
      const what = dated.length > 0 ? `${ids.join(', ')}; reports ${dated.join(', ')}` : ids.join(', ');
      return {
        file,
        ok: true,
        app: id,
        resources: ids,
        reports: dated,
        faults: [],
        lines: [`OK ${file}: ${id} (${what})`],
      };
    } catch (error) {
      if (!(error instanceof TributaryError)) throw error;
      const faults = (error.details.faults ?? []) as readonly DefinitionFault[];
      return {
        file,
        ok: false,
        app: null,
        resources: [],
        reports: [],
        faults,
        lines: named(error.message, file),
      };
    }
  });
}
