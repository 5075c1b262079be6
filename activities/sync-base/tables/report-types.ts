import { isDeepStrictEqual } from 'node:util';
import { TributaryError } from '../../../domain/errors.ts';
import { type ReportSource, type ReportType, reportTypeFaults } from '../../../domain/report-type.ts';
import { cellsOf, idField } from '../../../domain/sync-base.ts';
import { type ReportTypeCells, readReportType, reportTypeNames } from '../../../domain/sync-base-cells.ts';
import type { CellFault } from '../../../domain/sync-base-merge.ts';
import { sourceExamples, sourceFrom } from '../../../domain/sync-base-shown.ts';
import type { ReportTypeDoc } from '../../../stores/model.ts';
import { dateFieldFault } from '../../reports/date-field.ts';
import { addReportType, changeReportType, requireSource } from '../../reports/edit-type.ts';
import type { OurRow, TableFace } from '../ports.ts';
import { idFault } from './ids.ts';
import type { TablePorts } from './index.ts';
import { timesFor, timesIn } from './times.ts';

type Ports = Pick<TablePorts, 'stores' | 'definition' | 'now'>;

/** Which field of a report type a cell is. */
const fieldOf = (cell: string): string | undefined =>
  Object.entries(reportTypeNames).find(([, name]) => name === cell)?.[0];

/** Settings of report types: people change them, add some, and by deleting a row make one Inactive. */
export function reportTypesFace(ports: Ports): TableFace {
  const { stores, now } = ports;
  const rowOf = (doc: ReportTypeDoc): OurRow => ({
    id: doc._id,
    cells: cellsOf('reportTypes', doc, now().getTime()),
    changedAt: timesIn(doc, fieldOf),
  });

  return {
    key: 'reportTypes',
    together: ['Real-time', 'Offset', 'Repeat after N days'],
    list: async () => (await stores.reportTypes.list()).map(rowOf),
    async get(id) {
      const doc = await stores.reportTypes.get(id);
      return doc === null ? null : rowOf(doc);
    },
    async checker(id, candidate) {
      const doc = id === null ? null : await stores.reportTypes.get(id);
      const source = doc === null ? null : after(doc, readReportType(candidate).value).source;
      const isSame = source === null || isDeepStrictEqual(source, doc?.source);
      const wrong = isSame ? null : await sourceFault(ports, source);
      return (cells) => {
        const { value, faults } = readReportType(cells);
        if (doc === null || faults.length > 0) return faults;
        const type = after(doc, value);
        return [
          ...faultsOf(type),
          ...(wrong !== null && value.reportTypeId === candidate['Report Type Id']
            ? [{ field: 'Report Type Id', message: wrong.message }]
            : []),
        ];
      };
    },
    async edit({ id, cells, fields, times, by, remark }) {
      const { value } = readReportType(cells);
      const names = Object.keys(value).filter((name) => fields.includes(reportTypeNames[name] ?? ''));
      await changeReportType(
        ports,
        id,
        by,
        (doc) => {
          const wanted = Object.fromEntries(
            names.map((name) => [name, value[name as keyof ReportTypeCells]]),
          ) as Partial<ReportTypeCells>;
          const { source } = after(doc, { ...settingsOf(doc), ...wanted });
          return { ...wanted, source };
        },
        { remark, times: timesFor(times, now(), fieldOf) },
      );
    },
    async create(cells, by) {
      const id = String(cells[idField] ?? '').trim();
      const read = readReportType({
        ...cells,
        Name: cells.Name ?? (id || null),
        Status: cells.Status ?? 'Active',
      });
      const source = sourceFrom(String(cells.Source ?? ''));
      const faults: CellFault[] = [...idFault(id), ...read.faults];
      if (source === null)
        faults.push({
          field: 'Source',
          message: `Source says where the rows come from. Write for example ${sourceExamples}.`,
        });
      for (const field of ['Add to Datapoints', 'Report Type Id'])
        if ((cells[field] ?? null) !== null)
          faults.push({
            field,
            message: `${field} may only be set by a developer, once the type is there. Empty it.`,
          });
      if (source === null || faults.length > 0) return { faults };
      const type: ReportType = {
        ...read.value,
        ...{ source, target: { kind: 'mongodb' }, restatementThreshold: 1, datapoints: [] },
        reportTypeId: source.kind === 'app' ? source.report : null,
      };
      const wrong = [...faultsOf(type)];
      const notThere = await sourceFault(ports, source);
      if (notThere !== null) wrong.push(notThere);
      const connection = await stores.connections.get(source.connectionId);
      if (wrong.length > 0 || connection === null) return { faults: wrong };
      const noDate = await dateFieldFault(stores, ports.definition(connection.app), connection, source);
      if (noDate !== null) return { faults: [{ field: 'Source', message: `Source: ${noDate}` }] };
      const { company } = connection;
      try {
        await addReportType(ports, { _id: id, ...type, company }, by);
      } catch (error) {
        if (!(error instanceof TributaryError) || error.code !== 'INVALID_INPUT') throw error;
        // Made by the pass before this one, which crashed; else others took the id in this moment.
        if ((await stores.reportTypes.get(id))?.createdBy.id !== by.id)
          return { faults: [{ field: idField, message: `There is a report type "${id}" already.` }] };
      }
      return { id };
    },
    async gone(id, by) {
      await changeReportType(ports, id, by, () => ({ status: 'Inactive' }), {
        remark: 'Its row was deleted in Airtable.',
      });
      return 'The row was deleted, so the report type is Inactive; it is not gone. To let its reports be made again, set Status to Active.';
    },
  };
}

const settingsOf = (doc: ReportTypeDoc): ReportTypeCells => {
  const { name, status, realTime, offset, notifyOnFail, repeatAfterDays, addToDatapoints, reportTypeId } =
    doc;
  return { name, status, realTime, offset, notifyOnFail, repeatAfterDays, addToDatapoints, reportTypeId };
};

/** Of a report of the app the Report Type Id is its source. */
function after(doc: ReportTypeDoc, wanted: ReportTypeCells): ReportType & { readonly source: ReportSource } {
  const { source } = doc;
  const follows = source.kind === 'app' && wanted.reportTypeId !== null;
  return { ...doc, ...wanted, source: follows ? { ...source, report: wanted.reportTypeId ?? '' } : source };
}

const faultsOf = (type: ReportType): CellFault[] =>
  reportTypeFaults(type).map(({ field, message }) => {
    const name = reportTypeNames[field] ?? 'Source';
    return { field: name, message: `${name} ${message}.` };
  });

async function sourceFault({ stores, definition }: Ports, source: ReportSource): Promise<CellFault | null> {
  const connection = await stores.connections.get(source.connectionId);
  if (connection === null)
    return { field: 'Source', message: `There is no connection "${source.connectionId}".` };
  try {
    requireSource(definition(connection.app), source);
    return null;
  } catch (error) {
    if (!(error instanceof TributaryError) || error.retryable) throw error;
    return { field: 'Source', message: error.message };
  }
}
