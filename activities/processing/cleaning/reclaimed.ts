const grouped = new Intl.NumberFormat('en-US');
const oneDigit = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });

const many = (count: number, noun: string): string =>
  `${grouped.format(count)} ${count === 1 ? noun : `${noun}s`}`;

function sizeOf(bytes: number): string {
  if (bytes < 1_024) return many(bytes, 'byte');
  const units = ['KiB', 'MiB', 'GiB'];
  const step = Math.min(units.length, Math.floor(Math.log2(bytes) / 10));
  return `${oneDigit.format(bytes / 1_024 ** step)} ${units[step - 1]}`;
}

/** What was deleted because its time was over, for people. */
export function reclaimedSentence(
  what: 'rawBatches' | 'revisions',
  {
    rows = 0,
    batches = 0,
    revisions = 0,
    records = 0,
    bytes,
  }: Readonly<Record<string, number>> & { bytes: number },
): string {
  return what === 'rawBatches'
    ? `${many(rows, 'raw row')} in ${batches === 1 ? '1 batch' : `${grouped.format(batches)} batches`} were kept long enough and deleted: ${sizeOf(bytes)}. The records stay.`
    : `${many(revisions, 'reference')} of ${many(records, 'record')} to raw rows that are gone were dropped: ${sizeOf(bytes)}.`;
}
