import { reportResource } from '../../connectors/report-resource.ts';
import type { JsonValue } from '../../domain/json.ts';
import type { KeyedRow } from '../../domain/report-diff.ts';
import type { ReportDoc, UnfitRows } from '../../stores/model.ts';
import { openConnection } from '../connection.ts';
import { createFieldFilter, fieldRules, hashKeyOf, resourceAfter } from '../loading/fields.ts';
import { storable } from '../loading/rows.ts';
import { compileShape } from '../structuring/shape.ts';
import type { OpenApp, ReportPorts } from './app.ts';
import { reportIn } from './source.ts';

/** Rows that do not fit and are shown. */
const mostSamples = 20;
const sampleChars = 500;

/** The rows of a report of an app, and what is left out of them. */
export interface AppRows {
  readonly pages: () => AsyncIterable<readonly KeyedRow[]>;
  /** So far. */
  readonly unfit: () => UnfitRows;
}

/**
 * Reads the rows of a report as those of a resource are judged: what the definition drops or hashes of a row is dropped
 * or hashed, the row must fit the report's schema, and is kept by the report's key; of a key twice the last row counts.
 * @param reportId At the app, of one that was requested; without it the app is asked for the date.
 * @throws {TributaryError} DEFINITION_INVALID; the pages throw as the source does, and CONNECTION_GONE
 */
export async function openAppRows(
  ports: ReportPorts,
  { connection, reports, asking }: OpenApp,
  { date }: Pick<ReportDoc, 'date'>,
  reportId: string | undefined,
): Promise<AppRows> {
  const resource = reportResource(reportIn(ports.definition(connection.app), asking.report));
  // What a person set for a resource of the same name is not meant for the report.
  const rules = fieldRules(resource, undefined);
  const filter = createFieldFilter(rules, await hashKeyOf(ports, connection, rules));
  const shape = compileShape(resourceAfter(resource, rules));
  const keys = new Set<string>();
  const left = { rows: 0, twice: 0 };
  const samples: UnfitRows['samples'][number][] = [];
  const note = (key: string | null, why: string, text: string) => {
    if (samples.length < mostSamples) samples.push({ key, why, text: text.slice(0, sampleChars) });
  };
  const judged = (row: JsonValue): KeyedRow[] => {
    const { text } = storable(filter(row), ports.limits.rowBytes);
    const judgement = shape(JSON.parse(text) as JsonValue);
    if (!judgement.fits) {
      left.rows += 1;
      note(judgement.key, judgement.message, text);
      return [];
    }
    const { key } = judgement;
    if (keys.has(key)) {
      left.twice += 1;
      note(key, 'The key was there before: the last row of a key counts.', text);
    }
    keys.add(key);
    return judgement.deleted ? [] : [{ key, data: judgement.data }];
  };
  return {
    async *pages() {
      const { _id: connectionId, generation, timeZone } = connection;
      const pages =
        reportId === undefined
          ? reports.report({ ...asking, date, timeZone })
          : reports.downloadReport({ ...asking, reportId });
      for await (const { rows } of pages) {
        await openConnection(ports, { connectionId, generation });
        yield rows.flatMap(judged);
      }
    },
    unfit: () => ({ ...left, samples: [...samples] }),
  };
}
