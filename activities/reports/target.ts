import type { DeliveryTarget } from '../../destinations/contract.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { KeyedRow } from '../../domain/report-diff.ts';
import { type DestinationTarget, reportFields } from '../../domain/report-target.ts';
import type { ReportDoc } from '../../stores/model.ts';
import { fingerprintOf } from '../structuring/canonical.ts';
import { compileMapping, type Mapped } from '../sync/mapping/compile.ts';

/** Where and what a report type delivers. */
export function deliveryTargetOf(type: string, target: DestinationTarget): DeliveryTarget {
  const { object, keyField, columns } = target;
  return {
    syncId: `report-${type}`,
    object,
    keyField,
    fields: [
      { name: keyField, type: 'text' },
      { name: reportFields.date, type: 'date' },
      { name: reportFields.type, type: 'text' },
      ...columns.map(({ name, type: of }) => ({ name, type: of })),
    ],
  };
}

/** What the destination has of a row says nothing of another place. */
export const placeOf = ({ destinationId, object, keyField }: DestinationTarget): string =>
  JSON.stringify([destinationId, object, keyField]);

/** The key of a row at the destination: each report has rows of its own. */
export const deliveredKey = ({ _id }: Pick<ReportDoc, '_id'>, key: string): string => `${_id}/${key}`;

/** A row as it is delivered, with the fingerprint of that; or why it cannot be. */
export type MadeRow =
  | { readonly fields: JsonObject; readonly fingerprint: string }
  | (Extract<Mapped, { fault: unknown }> & { readonly fingerprint: string });

/** Makes the delivered rows of a report. */
export function createRowMaker(
  report: Pick<ReportDoc, '_id' | 'type' | 'date'>,
  { keyField, columns }: Pick<DestinationTarget, 'keyField' | 'columns'>,
): (row: KeyedRow) => MadeRow {
  const mapping = columns.map(({ name, type, field }) => ({ to: name, type, from: { field } }));
  const map = compileMapping(mapping, keyField);
  return ({ key, data }) => {
    const mapped = map(data);
    if ('fault' in mapped) return { ...mapped, fingerprint: fingerprintOf(data) };
    const fields = {
      [keyField]: deliveredKey(report, key),
      [reportFields.date]: report.date,
      [reportFields.type]: report.type,
      ...mapped.fields,
    };
    return { fields, fingerprint: fingerprintOf(fields) };
  };
}
