import { isDeepStrictEqual } from 'node:util';
import type { ConnectorDefinition } from '../../connectors/schema.ts';
import type { Actor } from '../../domain/contracts.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { ReportSource, ReportType } from '../../domain/report-type.ts';
import { withLogRow } from '../../stores/logged.ts';
import type { FieldTimes, ReportTypeDoc } from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';
import { resourceOf } from '../connection.ts';
import { reportIn } from './source.ts';

/** What editing needs. */
export interface EditTypePorts {
  readonly stores: Pick<Stores, 'reportTypes'>;
  readonly now: () => Date;
}

/** How an edit is made. */
export interface EditTypeOptions {
  /** Said besides in Logs. */
  readonly remark?: string;
  /** When a field was really changed, where that was before now. */
  readonly times?: FieldTimes;
}

/** A report type as Logs tell of it, and the API shows it. */
export function shownReportType(doc: ReportTypeDoc) {
  const { _id: id, seq: _seq, unlogged: _unlogged, changedAt: _changedAt, ...shown } = doc;
  const { source, target, datapoints = [], ...type } = shown;
  const { kind, connectionId: connection, ...rest } = source;
  return {
    id,
    ...type,
    datapoints: datapoints.map((one) => ({ ...one })),
    target: shownTarget(target),
    source: { ...(kind === 'app' ? { from: kind } : {}), ...rest, connection } as unknown as JsonObject,
    createdAt: type.createdAt.toISOString(),
    updatedAt: type.updatedAt.toISOString(),
  };
}

function shownTarget(target: ReportType['target']) {
  if (target.kind === 'mongodb') return { kind: target.kind };
  const { destinationId: destination, columns, ...rest } = target;
  return { ...rest, destination, columns: columns.map((column) => ({ ...column })) };
}

/** A sentence for each field that differs. */
export const reportTypeChanges = (was: object, is: object): string[] =>
  Object.entries(is).flatMap(([name, value]) => {
    const old = (was as Readonly<Record<string, unknown>>)[name];
    if (name === 'updatedAt' || isDeepStrictEqual(old, value)) return [];
    return [`${name}: ${JSON.stringify(old)} is now ${JSON.stringify(value)}.`];
  });

/**
 * Changes a report type and writes what was changed by whom into Logs.
 * @param wanted What it is to be otherwise, of what it is; may run several times
 * @throws {TributaryError} NOT_FOUND; what `wanted` throws
 */
export async function changeReportType(
  { stores, now }: EditTypePorts,
  id: string,
  by: Actor,
  wanted: (doc: ReportTypeDoc) => Partial<ReportType>,
  { remark = '', times }: EditTypeOptions = {},
): Promise<ReportTypeDoc> {
  const after = await stores.reportTypes.change(id, (doc) => {
    const change = wanted(doc);
    const next = { ...doc, ...change };
    if (isDeepStrictEqual(next, doc)) return null;
    const [was, is] = [shownReportType(doc), shownReportType(next)];
    const said = [...reportTypeChanges(was, is), ...(remark === '' ? [] : [remark])].join(' ');
    const line = { at: now(), by, subject: `report-type/${id}`, text: `${by.id} changed it. ${said}` };
    const changed = { ...change, ...(times === undefined ? {} : { changedAt: times }) };
    return { ...changed, ...withLogRow(doc, { ...line, before: was, after: is }) };
  });
  await stores.reportTypes.settleLog(after);
  return after;
}

/**
 * Makes a report type, with its row in Logs.
 * @throws {TributaryError} INVALID_INPUT when the id is taken
 */
export async function addReportType(
  { stores, now }: EditTypePorts,
  type: ReportType & { readonly _id: string; readonly company: string },
  by: Actor,
): Promise<ReportTypeDoc> {
  const at = now();
  const doc: ReportTypeDoc = { ...type, createdBy: by, createdAt: at, updatedAt: at, seq: 0 };
  const text = `${by.id} made the report type ${type.name}.`;
  const line = {
    at,
    by,
    subject: `report-type/${type._id}`,
    text,
    before: null,
    after: shownReportType(doc),
  };
  await stores.reportTypes.settleLog(await stores.reportTypes.create({ ...doc, ...withLogRow(doc, line) }));
  return doc;
}

/** @throws {TributaryError} NOT_FOUND, DEFINITION_INVALID where the app has no such resource, metric or report */
export function requireSource(definition: ConnectorDefinition, source: ReportSource): void {
  if (source.kind === 'app') reportIn(definition, source.report);
  else if (source.from === 'records') resourceOf(definition, source.resource);
  else if (!definition.metrics.some(({ id }) => id === source.metric))
    throw new TributaryError('NOT_FOUND', `${definition.id} has no metric "${source.metric}".`);
}
