import type { JsonObject } from '../../domain/json.ts';

/**
 * Columns that tell of one run of the tap rather than of the object: with them every row that is sent again would count
 * as changed. Where a file or a line is the object's own place (`_sdc_source_file`), and `_sdc_deleted_at`, it stays.
 */
const ofTheRun = [
  '_sdc_extracted_at',
  '_sdc_received_at',
  '_sdc_batched_at',
  '_sdc_sequence',
  '_sdc_table_version',
  '_sdc_sync_started_at',
];

/**
 * Leaves out what tells of the run only.
 * @param used Fields that the definition names as key, cursor or mark of a deletion; they stay.
 */
export function createRowCleaner(used: ReadonlySet<string>): (record: JsonObject) => JsonObject {
  const left = ofTheRun.filter((name) => !used.has(name));
  return (record) =>
    left.some((name) => Object.hasOwn(record, name))
      ? Object.fromEntries(Object.entries(record).filter(([name]) => !left.includes(name)))
      : record;
}
