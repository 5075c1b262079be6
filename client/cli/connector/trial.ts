import type {
  ConnectorDefinition,
  ReportDefinition,
  ResourceDefinition,
} from '../../../connectors/definition.ts';
import { valueAt } from '../../../connectors/pointer.ts';
import { reportResource } from '../../../connectors/report-resource.ts';
import type { SourcePage } from '../../../connectors/source.ts';
import { TributaryError } from '../../../domain/errors.ts';
import type { JsonValue } from '../../../domain/json.ts';
import { type Access, type AccessOptions, openAccess } from './access.ts';
import { type Findings, judgeRows, listPointers } from './findings.ts';
import { reportPages } from './report-pages.ts';

/** One page of one resource, or of one report. */
export interface ResourceTrial extends Findings {
  readonly resource: string;
  /** Whether another page follows; null when none was read. */
  readonly next: boolean | null;
}

/** What came of trying a connector. Nothing is stored. */
export interface Trial {
  readonly ok: boolean;
  readonly connection: {
    readonly ok: boolean;
    readonly account: string | null;
    readonly error: string | null;
  };
  readonly resources: readonly ResourceTrial[];
}

/** The answers that are kept to explain them are cut here. */
const keptBytes = 8 * 1024 * 1024;

const said = (error: unknown): string => {
  if (error instanceof TributaryError) return `${error.code}: ${error.message}`;
  throw error;
};

/** Keeps the last answer, so that a fault in it can be explained. */
function createMemory() {
  let last: Response | undefined;
  return {
    keep: (answer: Response) => {
      void last?.body?.cancel().catch(() => undefined);
      last = answer.clone();
    },
    /** Undefined when it is a refusal, no JSON, or too long. */
    body: async (): Promise<JsonValue | undefined> => {
      if (last?.ok !== true) return undefined;
      const parts: Uint8Array[] = [];
      let bytes = 0;
      try {
        for await (const part of last.body ?? []) {
          bytes += part.byteLength;
          if (bytes > keptBytes) return undefined;
          parts.push(part);
        }
        return JSON.parse(Buffer.concat(parts).toString()) as JsonValue;
      } catch {
        return undefined;
      }
    },
  };
}

async function tryConnection({ test }: Access): Promise<Trial['connection']> {
  try {
    return { ok: true, account: await test(), error: null };
  } catch (error) {
    return { ok: false, account: null, error: said(error) };
  }
}

async function tryResource(
  resource: ResourceDefinition,
  read: (signal: AbortSignal) => AsyncIterable<SourcePage>,
  memory: ReturnType<typeof createMemory>,
  dated = false,
): Promise<ResourceTrial> {
  const none = { rows: 0, fits: 0, unfit: 0, reasons: [], hints: [], resource: resource.id, next: null };
  const signal = new AbortController().signal;
  try {
    for await (const page of read(signal)) {
      // A program tells its place before it gives rows.
      if (resource.path === undefined && page.rows.length === 0 && page.next !== null) continue;
      return { ...judgeRows(resource, page.rows, dated), resource: resource.id, next: page.next !== null };
    }
    return { ...none, faults: ['there was no page'] };
  } catch (error) {
    const faults = [said(error)];
    const body = await memory.body();
    if (
      body !== undefined &&
      resource.recordsPath !== undefined &&
      (!dated || resource.recordsPath !== '') &&
      !Array.isArray(valueAt(body, resource.recordsPath))
    ) {
      const lists = listPointers(body);
      faults.push(
        lists.length > 0
          ? `recordsPath finds no list; these pointers hold lists: ${lists.join(', ')}`
          : 'recordsPath finds no list; the answer has none',
      );
    }
    return { ...none, faults };
  }
}

/** Reports of one date that are tried. */
export interface TriedReports {
  readonly reports: readonly ReportDefinition[];
  /** YYYY-MM-DD */
  readonly date: string;
  readonly timeZone: string;
}

/**
 * Tests a connection, then reads one page of each resource and report, and judges its rows.
 * @throws {UsageError} when something is not given that the app needs
 */
export async function tryConnector(
  definition: ConnectorDefinition,
  resources: readonly ResourceDefinition[],
  options: AccessOptions,
  dated?: TriedReports,
): Promise<Trial> {
  const memory = createMemory();
  const access = await openAccess(definition, options, memory.keep);
  try {
    const connection = await tryConnection(access);
    const tried: ResourceTrial[] = [];
    // Without good credentials the same would be said of each.
    const refused = connection.error?.startsWith('INVALID_CREDENTIALS') === true;
    for (const resource of refused ? [] : resources) {
      const read = (signal: AbortSignal) => access.source.read({ resource: resource.id, signal });
      tried.push(await tryResource(resource, read, memory));
    }
    for (const report of refused ? [] : (dated?.reports ?? [])) {
      const { date = '', timeZone = '' } = dated ?? {};
      const read = (signal: AbortSignal) =>
        reportPages(access.reports(), { report: report.id, date, timeZone, signal });
      tried.push(await tryResource(reportResource(report), read, memory, true));
    }
    const ok = connection.ok && tried.every(({ unfit, faults }) => unfit === 0 && faults.length === 0);
    return { ok, connection, resources: tried };
  } finally {
    await access.close();
  }
}
